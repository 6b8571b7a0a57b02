import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultOptions, type ServerOptions } from '@skein/config';
import { encodeJwt, newClaims } from '@skein/jwt';
import { createLogger } from '@skein/log';
import { createSigningKey } from '@skein/nkeys';
import { expect, it, onTestFinished } from 'vitest';
import { accountServerFault, logOperatorMode, operatorModeFault } from './operator-mode.ts';

const operatorKey = createSigningKey('operator');
const systemKey = createSigningKey('account');
const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const now = nowMs / 1000;

function operator(nats: object = {}): string {
  const claims = newClaims('operator', operatorKey.publicKey);
  return encodeJwt({ ...claims, name: 'O', nats: { ...claims.nats, ...nats } }, operatorKey, now);
}

function account(patch: object = {}, signer = operatorKey): string {
  const claims = newClaims('account', systemKey.publicKey);
  claims.nats.limits = { ...claims.nats.limits, imports: -1, exports: -1 };
  return encodeJwt({ ...claims, ...patch }, signer, now);
}

function options(trust: Partial<ServerOptions['trust']>, more: Partial<ServerOptions> = {}): ServerOptions {
  const base = defaultOptions();
  return {
    ...base,
    ...more,
    trust: { ...base.trust, operators: [operator()], resolver: { kind: 'memory' }, ...trust },
  };
}

const system = systemKey.publicKey;
const withSystem = (token: string, resolver: ServerOptions['trust']['resolver'] = { kind: 'memory' }): ServerOptions =>
  options({ preload: { [system]: token }, resolver }, { systemAccount: system });

it.each<[string, ServerOptions, string | undefined]>([
  ['nothing wrong', withSystem(account()), undefined],
  ['no system account', options({}), undefined],
  ['not preloaded', options({}, { systemAccount: system }), 'error resolving system account: account missing'],
  [
    'a name',
    options({}, { systemAccount: 'SYS' }),
    'error resolving system account: will only fetch valid account keys',
  ],
  ['expired', withSystem(account({ exp: 1000 })), 'error resolving system account: account validation failed'],
  [
    'by somebody else',
    withSystem(account({}, createSigningKey('operator'))),
    'error resolving system account: account validation failed',
  ],
  [
    'strict, signed by the operator itself',
    {
      ...withSystem(account()),
      trust: { ...withSystem(account()).trust, operators: [operator({ strict_signing_key_usage: true })] },
    },
    'error resolving system account: account validation failed',
  ],
  [
    'an asserted version',
    options({ operators: [operator({ assert_server_version: '3.0.0' })] }),
    `operator ${operatorKey.publicKey} expected major version 3 > server major version 2`,
  ],
  [
    'no version',
    options({ operators: [operator({ assert_server_version: 'x' })] }),
    `operator ${operatorKey.publicKey} expects version x got error instead: asserted server version must be of the form <major>.<minor>.<update>`,
  ],
  [
    'a pinned account that is none',
    options({ pinnedAccounts: ['abc'] }),
    'pinned account key "abc" is not a valid public account nkey',
  ],
  ['a sentinel that is none', options({ defaultSentinel: 'abc' }), 'default sentinel JWT not valid'],
  [
    'a forged operator',
    options({ operators: [`${operator().slice(0, -4)}AAAA`] }),
    expect.stringContaining('signature'),
  ],
])('%s', (_, given, fault) => {
  if (fault === undefined) expect(operatorModeFault(given, nowMs)).toBeUndefined();
  else expect(operatorModeFault(given, nowMs)).toEqual(fault);
});

it.each<[string, (port: number) => string, unknown]>([
  ['answers', (port) => `http://127.0.0.1:${port}/accounts/`, undefined],
  ['has no such place', (port) => `http://127.0.0.1:${port}/`, expect.stringContaining('404 Not Found')],
  ['is not there', () => 'http://127.0.0.1:1/', expect.stringContaining('could not fetch <"http://127.0.0.1:1/">')],
  ['is no URL', () => 'x', expect.stringContaining('unsupported protocol scheme')],
])('an account server %s', async (_, url, fault) => {
  const server = createServer((request, response) =>
    response.writeHead(request.url === '/accounts/' ? 200 : 404).end(),
  ).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await accountServerFault(options({ resolver: { kind: 'url', url: url(port) } }))).toEqual(fault);
});

it('says whom it trusts', () => {
  const lines: string[] = [];
  const log = createLogger({
    process: 'node',
    sink: { write: (text: string) => lines.push(text) } as never,
    pid: 1,
    now: () => nowMs,
  });
  logOperatorMode(
    log,
    options(
      {
        resolver: {
          kind: 'full',
          dir: '/jwt',
          allowDelete: false,
          hardDelete: false,
          limit: 1,
          intervalMs: 1,
          timeoutMs: 1,
          ttlMs: 0,
        },
      },
      { systemAccount: system },
    ),
  );
  expect(lines.map((line) => line.replace(/^.*\] /, '').trimEnd())).toEqual([
    'Trusted Operators',
    '  System  : ""',
    '  Operator: "O"',
    '  Issued  : 2026-01-02 03:04:05 +0000 UTC',
    '  Expires : Never',
    'Managing all jwt in exclusive directory /jwt',
    'Using bootstrapping system account',
  ]);
});
