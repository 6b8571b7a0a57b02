import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthRequest } from '@skein/bus';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { Audit, accountChanges } from './audit.ts';
import type { Decision } from './decision.ts';

let said: [subject: string, text: string][];
let taken: boolean;
let errors: string[];
let audit: Audit;

beforeEach(() => {
  said = [];
  errors = [];
  taken = true;
  audit = new Audit({
    identity: { serverId: 'N', serverName: 'n' } as never,
    wallMs: () => 0,
    publish: (...message) => said.push(message) > 0 && taken,
    log: { error: (text) => errors.push(text) },
  });
});

const secrets = { user: 'bob', pass: 'hunter2', jwt: 'j.w.t', sig: 'signature' };
const request = (connect: object = secrets): AuthRequest => ({
  ...{ connectJson: JSON.stringify(connect), connection: 7, nonce: 'nonce', host: '10.0.0.1', kind: 'STANDARD' },
  ...{ tls: false, certificateSubject: '', certificateNames: [] },
});
const allowed: Decision = {
  allowed: true,
  ...{ account: 'A', user: 'bob', expiresUnixMs: 0, subscriptionsMax: 0, payloadBytesMax: 0 },
  grant: 'gr.an.t',
};
const on = { subject: true as const, sizeLimitBytes: 0, maxFiles: 0 };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'skein-audit-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

it('says nothing unless it is asked to', () => {
  audit.login(request(), allowed);
  audit.use(on);
  audit.use(undefined);
  audit.login(request(), allowed);
  expect(said).toEqual([]);
});

it('tells who, from where, what was decided and why', () => {
  audit.use(on);
  audit.login(request(), allowed);
  audit.login(request({ auth_token: 't0ken' }), { allowed: false, error: '', reason: 'r', cause: 'wrong_password' });
  audit.recheck(request(), { outcome: 'stays', user: 'bob', account: 'A' });
  audit.recheck(request(), { outcome: 'revoked', reason: 'User authentication revoked' });
  audit.account({ account: 'A', action: 'changed', by: 'O', reason: 'CLAIMS.UPDATE' });
  const common = { time: '1970-01-01T00:00:00.000Z', server: { name: 'n', id: 'N' } };
  const who = { from: '10.0.0.1', connection: 7, kind: 'STANDARD', tls: false };
  expect(said.map(([, text]) => JSON.parse(text))).toEqual([
    { type: 'authentication', ...common, ...who, shown: 'bob', decision: 'allowed', account: 'A', user: 'bob' },
    { type: 'authentication', ...common, ...who, shown: '[REDACTED]', decision: 'refused', reason: 'wrong_password' },
    { type: 'recheck', ...common, ...who, shown: 'bob', decision: 'revoked', detail: 'User authentication revoked' },
    { type: 'account', ...common, account: 'A', action: 'changed', by: 'O', reason: 'CLAIMS.UPDATE' },
  ]);
  expect(said.every(([subject]) => subject === '$SYS.SERVER.N.AUDIT')).toBe(true);
});

it('never tells a secret', () => {
  audit.use(on);
  audit.login(request(), allowed);
  audit.login(request({ auth_token: 't0ken', user: '', pass: 'hunter2' }), { allowed: false, error: '', reason: '' });
  for (const secret of ['hunter2', 'j.w.t', 'signature', 'nonce', 't0ken', 'gr.an.t']) {
    expect(JSON.stringify(said)).not.toContain(secret);
  }
});

it('tells which accounts a configuration changes', () => {
  const account = (name: string, user: string) =>
    ({ definition: { name }, users: [{ user, pass: 'hunter2' }] }) as never;
  const changes = accountChanges(
    [account('A', 'a'), account('B', 'b'), account('C', 'c')],
    [account('A', 'a'), account('B', 'other'), account('D', 'd')],
  );
  expect(changes).toEqual([
    { account: 'B', action: 'changed', reason: 'configuration' },
    { account: 'C', action: 'removed', reason: 'configuration' },
    { account: 'D', action: 'added', reason: 'configuration' },
  ]);
});

it('writes lines into a file, and counts what is lost', () => {
  const file = join(folder(), 'audit.jsonl');
  audit.use({ file, sizeLimitBytes: 0, maxFiles: 0 });
  audit.login(request(), allowed);
  audit.login(request(), allowed);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).decision)).toEqual(['allowed', 'allowed']);
  expect(said).toEqual([]);

  audit.use({ file: join(file, 'no folder'), subject: '$SYS.MINE', sizeLimitBytes: 0, maxFiles: 0 });
  taken = false;
  audit.login(request(), allowed);
  expect(errors).toHaveLength(1);
  expect(said[0][0]).toBe('$SYS.MINE');
  expect(audit.lost).toBe(2);
});

it('tells of logins that a gateway has allowed by itself, with their own time', () => {
  audit.use(on);
  audit.login(request(), allowed, { gateway: 2, unixMs: 5000 });
  audit.lose(3);
  expect(JSON.parse(said[0]?.[1] ?? '')).toMatchObject({
    ...{ type: 'authentication', time: '1970-01-01T00:00:05.000Z', gateway: 2, decision: 'allowed', account: 'A' },
    ...{ shown: 'bob', from: '10.0.0.1' },
  });
  expect(audit.lost).toBe(3);
});
