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
  'tls.conf': { tls: { verify: true, minVersion: '1.3', handshakeFirst: { fallbackMs: 50 } } },
  'websocket.conf': { websocket: { port: 8080, compression: true } },
  'gateways.conf': { skein: { gateways: 4 } },
  'monitoring.conf': { skein: { monitoring: { clientCaFile: 'certs/ca.pem', openHealthz: true } } },
  'metrics.conf': { skein: { metrics: { accounts: true, connections: false, seriesMax: 5000, prefix: 'nats' } } },
  'logging.conf': { logging: { file: '/tmp/skein.log', sizeLimitBytes: 100 * 1024 * 1024, maxFiles: 10, json: true } },
  'limits.conf': { maxPayloadBytes: 256 * 1024, maxPendingBytes: 8 * 1024 * 1024, lameDuckDurationMs: 60_000 },
};

const WARNS: Record<string, string[]> = {
  'websocket.conf': ['Websocket not configured with TLS. DO NOT USE IN PRODUCTION!'],
  // Empty ones, which nobody asks for.
  'certificates.conf': ['Plaintext passwords detected, use nkeys or bcrypt'],
};

it.each(readdirSync(FOLDER).filter((name) => name.endsWith('.conf')))('%s', (name) => {
  const certs = Object.fromEntries(['server-cert', 'server-key', 'ca'].map((file) => [`certs/${file}.pem`, PEM]));
  const io = testIo({ ...certs, 'example.conf': readFileSync(new URL(name, FOLDER), 'utf8') });
  expect(testConfig('example.conf', io)).toMatch(/^sha256:/);
  const options = loadConfig('example.conf', io);
  expect(SHOWS).toHaveProperty([name]);
  expect(options).toMatchObject(SHOWS[name]);
  expect(options.warnings).toEqual(WARNS[name] ?? []);
});
