import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfig, testConfig } from '../load.ts';
import { NAMELESS_USER } from '../options.ts';
import { planReload } from '../reload.ts';
import { expectLike } from '../testdata/expect-like.ts';
import { testIo } from '../testdata/io.ts';

/** Recorded from nats-server 2.15.2: the lines of its complaints, sorted; none where it is content. */
const recorded: { conf: string; test: string[]; start: string[] }[] = JSON.parse(
  readFileSync(new URL('../testdata/accounts.json', import.meta.url), 'utf8'),
);

// Recorded: whether nats-server 2.15.2 lets in a client that says nothing of itself.
describe('who comes without a name', () => {
  const load = (conf: string) => loadConfig('f.conf', testIo({ 'f.conf': conf }));
  const system = '{ users: [ {user: sys, password: p} ] }';

  it.each([
    [`accounts { $SYS ${system} }`, true],
    ['accounts { $SYS { } }', true],
    [`accounts { S ${system} }\nsystem_account: S`, true],
    [`accounts { S ${system} }`, false],
    [`accounts { $SYS ${system}\nA { } }`, false],
    [`authorization { users: [ {user: u, password: p} ] }\naccounts { $SYS ${system} }`, false],
  ])('%s: may come in: %s', (conf, mayCome) => {
    const { noAuthUser, authorization } = load(conf);
    expect(noAuthUser).toBe(mayCome ? NAMELESS_USER : undefined);
    expect(authorization.users.some((user) => 'user' in user && user.user === NAMELESS_USER)).toBe(mayCome);
  });

  it('is nobody whom a reload would have to refuse', () => {
    const plan = planReload(load('accounts { $SYS { } }'), load(`accounts { $SYS { }\nA ${system} }`));
    expect(plan.refusal).toBeUndefined();
  });
});

// Recorded: nats-server 2.15.2 starts with the one, and says this of the other.
it('the global account may be the system account, one that is not there may not', () => {
  const load = (conf: string) => loadConfig('f.conf', testIo({ 'f.conf': conf }));
  expect(load('system_account: "$G"').systemAccount).toBe('$G');
  expect(() => load('system_account: NOPE')).toThrow('error resolving system account: account missing');
});

describe('accounts and mappings', () => {
  it.each(recorded)('$conf', ({ conf, test, start }) => {
    const io = testIo({ 'f.conf': `${conf}\n` });
    expectLike(() => testConfig('f.conf', io), test);
    expectLike(() => loadConfig('f.conf', io), start);
  });

  it('reads what an account has', () => {
    const text = `accounts {
      A {
        users [ {user: a, password: p}, {user: b, password: q, permissions: {subscribe: x}} ]
        default_permissions { publish: y }
        limits { max_connections: 1, max_subs: 2, max_payload: 1kb, max_leafs: 4 }
        exports [
          {stream: "s.*", accounts: [B]}
          {service: q, response_type: stream, threshold: "2s", allow_trace: true}
          {service: r, latency: {sampling: 40%, subject: lat}}
          {service: "t.*", account_token_position: 2}
        ]
        mappings { m: [ {dest: n, weight: 30%}, {dest: o, weight: 20, cluster: east} ] }
        msg_trace: {dest: t, sampling: 5}
      }
      B {
        imports [
          {stream: {account: A, subject: "s.*"}, prefix: p, allow_trace: true}
          {service: {account: A, subject: q}, to: z, share: true}
        ]
      }
    }`;
    const { accounts } = loadConfig('f.conf', testIo({ 'f.conf': text }));
    expect(accounts).toEqual([
      {
        users: [
          { user: 'a', pass: 'p', permissions: { publish: { allow: ['y'] } } },
          { user: 'b', pass: 'q', permissions: { subscribe: { allow: ['x'] } } },
        ],
        definition: {
          name: 'A',
          limits: { connectionsMax: 1, subscriptionsMax: 2, payloadBytesMax: 1024, leafnodesMax: 4 },
          exports: [
            { kind: 'stream', subject: 's.*', accounts: ['B'] },
            { kind: 'service', subject: 'q', responseType: 'Streamed', thresholdMs: 2000, allowTrace: true },
            {
              kind: 'service',
              subject: 'r',
              responseType: 'Singleton',
              latency: { sampling: 40, subject: 'lat' },
              allowTrace: false,
            },
            { kind: 'service', subject: 't.*', accountTokenPosition: 2, responseType: 'Singleton', allowTrace: false },
          ],
          imports: [],
          mappings: [
            {
              source: 'm',
              destinations: [
                { subject: 'n', weight: 30 },
                { subject: 'o', weight: 20, cluster: 'east' },
              ],
            },
          ],
          traceDestination: { subject: 't', sampling: 5 },
        },
      },
      {
        users: [],
        definition: {
          name: 'B',
          limits: {},
          exports: [],
          imports: [
            { kind: 'stream', account: 'A', subject: 's.*', to: 'p.s.$1', allowTrace: true },
            { kind: 'service', account: 'A', subject: 'q', to: 'z', share: true },
          ],
          mappings: [],
        },
      },
    ]);
  });
});
