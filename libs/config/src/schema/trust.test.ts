import { resolverDefaults } from '@skein/trust/options';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../load.ts';
import { outcome, testIo } from '../testdata/io.ts';

const chunk = (claims: unknown): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
const token = (type: string, nats = {}): string => `eyJh.${chunk({ nats: { type, ...nats } })}.c2ln`;
const operator = token('operator', { system_account: 'ASYS' });
const account = token('account');
const key = 'OAOTVRNPSXYDEQ4G6RUAZJP77I6HUUGT66GLWJGEETKNWHOKCF7A2SLT';
const files = {
  'op.jwt': operator,
  'op.creds': `-----BEGIN NATS OPERATOR JWT-----\n${operator}\n------END NATS OPERATOR JWT------\n`,
  'bad.jwt': 'bad',
};

const load = (text: string) => loadConfig('f.conf', testIo({ ...files, 'f.conf': text }));
const memory = 'resolver: MEMORY';

describe('errors, as nats-server has them', () => {
  it.each([
    ['operator: "./no.jwt"', 'f.conf:1:0: error parsing operator JWT: open ./no.jwt: no such file or directory\n'],
    ['operator: abcdef', 'f.conf:1:0: error parsing operator JWT: open abcdef: no such file or directory\n'],
    [`operator: ${account}`, 'f.conf:1:0: error parsing operator JWT: not operator claim\n'],
    ['operator: bad.jwt', 'f.conf:1:0: error parsing operator JWT: expected 3 chunks\n'],
    ['operator: 5', 'f.conf:1:0: error parsing operators: unsupported type int64\n'],
    [
      `operators: [ ${operator}, 5 ]`,
      'f.conf:1:0: error parsing operators: unsupported type *conf.token where string is expected\n',
    ],
    ['trusted_keys: [abc]', 'f.conf:1:15: trust key "abc" required to be a valid public operator nkey\n'],
    ['trusted_keys: 5', 'f.conf:1:0: error parsing trusted: unsupported type int64\n'],
    [
      'resolver: xxx',
      'f.conf:1:0: error parsing account resolver, should be MEM or  URL("url") or a map containing dir and type state=[FULL|CACHE])\n',
    ],
    ['resolver: 5', 'f.conf:1:0: error parsing operator resolver, wrong type int64\n'],
    [
      'resolver: {dir: x}',
      'f.conf:1:0: error parsing account resolver, should be MEM or  URL("url") or a map containing dir and type state=[FULL|CACHE])\n',
    ],
    ['resolver: {type: full}', 'f.conf:1:0: dir has no value and needs to point to a directory\n'],
    ['resolver: {type: full, dir: x, interval: "x"}', 'f.conf:1:0: time: invalid duration "x"\n'],
    [
      'resolver: {type: full, dir: x, limit: "x"}',
      'f.conf:1:31: interface conversion: interface {} is string, not int64\n',
    ],
    ['resolver: {type: full, dir: x, ttl: "1h"}', 'f.conf:1:0: FULL does not accept ttl\n'],
    ['resolver: {type: full, dir: x, hard_delete: true}', 'f.conf:1:0: hard_delete has no effect without delete\n'],
    ['resolver: {type: cache, dir: x, allow_delete: true}', 'f.conf:1:0: CACHE does not accept allow_delete\n'],
    ['resolver: {type: cache, dir: x, interval: "1h"}', 'f.conf:1:0: CACHE does not accept sync\n'],
    ['resolver_preload: []', 'f.conf:1:0: preload should be a map of account_public_key:account_jwt\n'],
    ['resolver_preload: {A: 5}', 'f.conf:1:19: preload map value should be a string JWT\n'],
    ['resolver_preload: {A: abc}', 'f.conf:1:19: invalid account JWT\n'],
    ['default_sentinel: 5', 'f.conf:1:0: interface conversion: interface {} is int64, not string\n'],
    [`operator: ${operator}\ntrusted_keys: ${key}`, "conflicting options for 'TrustedKeys' and 'TrustedOperators'"],
    [`operator: ${operator}\nno_auth_user: a`, 'no_auth_user not compatible with Trusted Operator'],
    [
      `operator: ${operator}\nauthorization {users: [{user: a, password: b}]}`,
      'operators do not allow users to be configured directly',
    ],
    [
      `operator: ${operator}\naccounts {A {users: [{user: a, password: b}]}}`,
      'operators do not allow Accounts to be configured directly',
    ],
    [`operator: ${operator}\nsystem_account: A`, 'system_account in config and operator JWT must be identical'],
    [
      `operator: ${operator}\nresolver: URL(http://x/)\nresolver_preload: {A: ${account}}`,
      'resolver preloads only available for writeable resolver types MEM/DIR/CACHE_DIR',
    ],
    [
      `operator: ${token('operator')}\nresolver: {type: full, dir: x}`,
      'using nats based account resolver - the system account needs to be specified in configuration or the operator jwt',
    ],
    ['default_sentinel: abc', 'default sentinel requires operators and accounts'],
    ['resolver: {type: full, dir: x}', 'Could not start resolver: no operator key found'],
  ])('%s', (text, error) => {
    expect(outcome(() => load(text))).toBe(error);
  });
});

it.each([
  ['inline', operator],
  ['from a file', '"./op.jwt"'],
  ['from a decorated file', '"./op.creds"'],
])('reads an operator %s, with the system account that it names', (_, written) => {
  const options = loadConfig(
    'f.conf',
    testIo({
      './op.jwt': files['op.jwt'],
      './op.creds': files['op.creds'],
      'f.conf': `operator: ${written}\n${memory}`,
    }),
  );
  expect(options.trust).toMatchObject({ operators: [operator], resolver: { kind: 'memory' } });
  expect(options.systemAccount).toBe('ASYS');
});

it.each<[string, unknown]>([
  ['mem', { kind: 'memory' }],
  ['memory', { kind: 'memory' }],
  ['{type: memory}', { kind: 'memory' }],
  ['URL(http://localhost:9090/jwt/v1/accounts/)', { kind: 'url', url: 'http://localhost:9090/jwt/v1/accounts/' }],
  ['{type: FULL, dir: x}', { kind: 'full', dir: 'x', ...resolverDefaults }],
  [
    '{type: full, dir: x, allow_delete: true, hard_delete: true, interval: "2m", timeout: "1.5s", limit: 5, other: 1}',
    {
      kind: 'full',
      dir: 'x',
      allowDelete: true,
      hardDelete: true,
      intervalMs: 120_000,
      timeoutMs: 1500,
      limit: 5,
      ttlMs: 0,
    },
  ],
  ['{type: cache, dir: x, ttl: "1h"}', { kind: 'cache', dir: 'x', ...resolverDefaults, ttlMs: 3_600_000 }],
])('resolver: %s', (written, resolver) => {
  expect(load(`operator: ${operator}\nresolver: ${written}`).trust.resolver).toEqual(resolver);
});

it('warns where no operator names a system account', () => {
  expect(load(`operator: ${token('operator')}\n${memory}`).warnings).toContain(
    'Trusted Operators should utilize a System Account',
  );
});

it('has no effect without an operator', () => {
  expect(load(`${memory}\nresolver_preload: {A: ${account}}`).systemAccount).toBeUndefined();
});
