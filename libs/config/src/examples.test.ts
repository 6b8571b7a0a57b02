import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadConfig, testConfig } from './load.ts';
import { testIo } from './testdata/io.ts';

const FOLDER = new URL('../../../examples/', import.meta.url);

const PEM = '-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n';

/** What each example is there to show; one without an entry fails. */
const SHOWS: Record<string, object> = {
  'minimal.conf': { serverName: 'minimal', host: '127.0.0.1', monitoring: { port: 8222 } },
  'auth.conf': {
    noAuthUser: 'guest',
    authorization: { users: { length: 5 }, defaultPermissions: { publish: { allow: ['sandbox.>'] } } },
  },
  'accounts.conf': { systemAccount: 'SYS', accounts: { length: 3 } },
  'operator-mode.conf': {
    systemAccount: expect.stringMatching(/^A/),
    trust: { operators: { length: 1 }, resolver: { kind: 'full', allowDelete: true, limit: 1000 } },
  },
  'auth-callout.conf': { authorization: { callout: { account: 'AUTH', authUsers: ['auth'] } }, authTimeoutMs: 2000 },
  'certificates.conf': { tls: { verifyAndMap: true }, accounts: [{ users: { length: 3 } }] },
  'security/1-password.conf': { authorization: { users: [] } },
  'security/2-users.conf': { tls: {}, authorization: { users: { length: 2 } } },
  'security/3-nkeys.conf': { tls: {}, authorization: { users: { length: 2 } } },
  'security/4-accounts.conf': { tls: {}, accounts: { length: 2 } },
  'security/5-operator.conf': { tls: {}, trust: { operators: { length: 1 } } },
  'tls.conf': { tls: { verify: true, minVersion: '1.3', handshakeFirst: { fallbackMs: 50 } } },
  'websocket.conf': { websocket: { port: 8080, compression: true } },
  'gateways.conf': { skein: { gateways: 4 } },
  'jetstream.conf': {
    serverName: 'streams',
    jetstream: { storeDir: '/var/lib/nats', maxMemoryBytes: 2 ** 30, maxFileBytes: 100 * 2 ** 30, syncIntervalMs: 0 },
    skein: { jetstream: { stores: 1, shards: 4 } },
  },
  'monitoring.conf': { skein: { monitoring: { clientCaFile: 'certs/ca.pem', openHealthz: true } } },
  'logins.conf': {
    skein: {
      logins: { failuresMax: 20, windowMs: 60_000 },
      audit: { subject: true, sizeLimitBytes: 64 * 1024 * 1024 },
    },
  },
  'metrics.conf': { skein: { metrics: { accounts: true, connections: false, seriesMax: 5000, prefix: 'nats' } } },
  'logging.conf': { logging: { file: '/tmp/skein.log', sizeLimitBytes: 100 * 1024 * 1024, maxFiles: 10, json: true } },
  'limits.conf': { maxPayloadBytes: 256 * 1024, maxPendingBytes: 8 * 1024 * 1024, lameDuckDurationMs: 60_000 },
};

const WARNS: Record<string, string[]> = {
  'websocket.conf': ['Websocket not configured with TLS. DO NOT USE IN PRODUCTION!'],
  // Empty ones, which nobody asks for.
  'certificates.conf': ['Plaintext passwords detected, use nkeys or bcrypt'],
  'security/1-password.conf': ['Plaintext passwords detected, use nkeys or bcrypt'],
};

/** docs/security.md puts these into the environment, and `nsc` writes that file. */
const SECURITY_ENV: Record<string, string> = {
  TEAM_PASSWORD: 'change-me',
  ORDERS_HASH: '$2a$11$rFjbAPf6VkvyiLoIZSTqieg46PGPlQIOGdPDZbrcQO9b0ix4dMxtS',
  SHOP_HASH: '$2a$11$wVdiVpmSy8SaIcCQZRu.oedvbsM98CRORWenaLtyWEWwBwt4TPUYO',
  ORDERS_KEY: 'UC26MKRMKXLW55D4X5GCTFRKSUWNPVNYZRJCA6S7OZSHCSZZFJXTPTMP',
  SHOP_KEY: 'UAT3R2KX6LZK2IFG5AKVNVSH3CH3MD3SOF45MENRXE47ACPOP3ZQZAJR',
};
const resolver = readFileSync(new URL('operator-mode.conf', FOLDER), 'utf8').replace(/^(port|http):.*$/gm, '');

it.each(readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.conf')))(
  '%s',
  (name) => {
    const certs = Object.fromEntries(
      ['server-cert', 'server', 'server-key', 'ca'].map((file) => [`certs/${file}.pem`, PEM]),
    );
    const files = { ...certs, 'resolver.conf': resolver, 'example.conf': readFileSync(new URL(name, FOLDER), 'utf8') };
    const io = { ...testIo(files), env: SECURITY_ENV };
    expect(testConfig('example.conf', io)).toMatch(/^sha256:/);
    const options = loadConfig('example.conf', io);
    expect(SHOWS).toHaveProperty([name]);
    expect(options).toMatchObject(SHOWS[name]);
    expect(options.warnings).toEqual(WARNS[name] ?? []);
  },
);
