import { describe, expect, it } from 'vitest';
import { loadConfig } from '../load.ts';
import { defaultOptions } from '../options.ts';
import { testIo } from '../testdata/io.ts';
import { defaultTlsOptions } from './tls.ts';

const NKEY = 'UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4';
const PEM = 'cert_file: cert.pem, key_file: key.pem';
const load = (text: string) => loadConfig('f.conf', testIo({ 'f.conf': text }));
const user = { user: 'a', pass: 'b' };

describe('options', () => {
  it('are the defaults without a file, and plain JSON', () => {
    const options = loadConfig(undefined, testIo());
    expect(options).toEqual(defaultOptions());
    expect(JSON.parse(JSON.stringify(options))).toEqual(options);
  });

  // The figures are those that nats-server's /varz shows for the same text.
  it.each([
    ['listen: 127.0.0.1:4333', { host: '127.0.0.1', port: 4333, monitoring: { host: '127.0.0.1' } }],
    ['listen: 4333', { host: '0.0.0.0', port: 4333 }],
    ['listen: "[::1]:4333"', { host: '::1', port: 4333 }],
    ['net: localhost\nport: -1', { host: 'localhost', port: -1 }],
    ['port: 0', { port: 4222 }],
    ['http: 127.0.0.1:8222', { monitoring: { host: '127.0.0.1', port: 8222, httpsPort: 0, basePath: '' } }],
    ['host: 10.0.0.1\nmonitor_port: 8222', { monitoring: { host: '10.0.0.1', port: 8222 } }],
    ['http_base_path: /nats', { monitoring: { basePath: '/nats' } }],
    ['server_name: a, client_advertise: "b:1"', { serverName: 'a', clientAdvertise: 'b:1' }],
    ['server_name: ""', { serverName: undefined }],
    ['server_tags: ["a b", B, b]', { serverTags: ['a b', 'b'] }],
    ['server_tags: "a,b"', { serverTags: ['a,b'] }],
    ['server_metadata {A: b}', { serverMetadata: { A: 'b' } }],
    ['ping_interval: 30', { pingIntervalMs: 30_000 }],
    ['ping_interval: 0', { pingIntervalMs: 120_000 }],
    ['ping_interval: "0s"', { pingIntervalMs: 120_000 }],
    ['ping_interval: -1', { pingIntervalMs: -1000 }],
    ['ping_interval: "1ms"', { pingIntervalMs: 1 }],
    ['ping_max: 0', { pingMax: 2 }],
    ['ping_max: -1', { pingMax: -1 }],
    ['max_payload: 0', { maxPayloadBytes: 1024 * 1024 }],
    ['max_payload: -1', { maxPayloadBytes: -1 }],
    ['max_payload: 2k, max_control_line: 1kb', { maxPayloadBytes: 2000, maxControlLineBytes: 1024 }],
    ['max_control_line: 0', { maxControlLineBytes: 4096 }],
    ['max_pending: 0', { maxPendingBytes: 64 * 1024 * 1024 }],
    ['max_connections: 0', { maxConnections: 0 }],
    [
      'max_conn: 7, max_subs: 8, max_sub_tokens: 9',
      { maxConnections: 7, maxSubscriptions: 8, maxSubscriptionTokens: 9 },
    ],
    ['write_deadline: 5', { writeDeadlineMs: 5000 }],
    ['write_deadline: "1.5s"', { writeDeadlineMs: 1500 }],
    ['write_deadline: "0"', { writeDeadlineMs: 10_000 }],
    [
      'lame_duck_duration: "1m", lame_duck_grace_period: "5s"',
      { lameDuckDurationMs: 60_000, lameDuckGracePeriodMs: 5000 },
    ],
    ['authorization {token: a}', { authTimeoutMs: 2000, authorization: { token: 'a' } }],
    ['authorization {token: a, timeout: 0.5 }', { authTimeoutMs: 500 }],
    ['authorization {token: a, timeout: "300ms"}', { authTimeoutMs: 300 }],
    ['authorization {token: a, timeout: 0 }', { authTimeoutMs: 2000 }],
    ['authorization {token: a, timeout: -1 }', { authTimeoutMs: -1000 }],
    [
      `tls {${PEM}}`,
      { authTimeoutMs: 3000, tls: { ...defaultTlsOptions(), certFile: 'cert.pem', keyFile: 'key.pem' } },
    ],
    [`tls {${PEM}, timeout: 5 }`, { authTimeoutMs: 6000, tls: { timeoutMs: 5000 } }],
    [
      `tls {${PEM}, timeout: 0.5 }\nallow_non_tls: true`,
      { authTimeoutMs: 1500, tls: { timeoutMs: 500, allowNonTls: true } },
    ],
    [`tls {${PEM}, timeout: 5 }\nauthorization {token: a, timeout: 1 }`, { authTimeoutMs: 1000 }],
    [`tls {${PEM}, verify_and_map: true}`, { tls: { verify: true, verifyAndMap: true } }],
    [`tls {${PEM}, handshake_first: auto}`, { tls: { handshakeFirst: { fallbackMs: 50 } } }],
    [`tls {${PEM}, handshake_first: "300ms"}`, { tls: { handshakeFirst: { fallbackMs: 300 } } }],
    [`tls {${PEM}, immediate: on}`, { tls: { handshakeFirst: true } }],
    [`tls {${PEM}, handshake_first: "off"}`, { tls: { handshakeFirst: false } }],
    [`tls {${PEM}, pinned_certs: ["${'AB'.repeat(32)}"]}`, { tls: { pinnedCerts: ['ab'.repeat(32)] } }],
    [
      `tls {${PEM}, min_version: "1.3", cipher_suites: [TLS_AES_128_GCM_SHA256], curve_preferences: [X25519]}`,
      { tls: { minVersion: '1.3', ciphers: ['TLS_AES_128_GCM_SHA256'], curvePreferences: ['X25519'] } },
    ],
    ['websocket {}', { websocket: undefined }],
    ['websocket {no_tls: true}', { websocket: undefined }],
    [
      'ws {listen: "127.0.0.1:9000", no_tls: true, compress: true, same_origin: true, origins: "http://x"}',
      {
        websocket: {
          host: '127.0.0.1',
          port: 9000,
          noTls: true,
          compression: true,
          sameOrigin: true,
          allowedOrigins: ['http://x'],
          handshakeTimeoutMs: 2000,
          headers: {},
        },
      },
    ],
    [
      'ws {port: 1, no_tls: true, handshake_timeout: 3, ping_interval: "5s", authorization {user: a, pass: b, timeout: 1.5 }}',
      {
        websocket: {
          handshakeTimeoutMs: 3000,
          pingIntervalMs: 5000,
          username: 'a',
          password: 'b',
          authTimeoutMs: 1500,
        },
      },
    ],
    [
      'ws {port: 1, no_tls: true, user_cookie: u, pass_cookie: p, token_cookie: t, headers {A: b}}',
      { websocket: { usernameCookie: 'u', passwordCookie: 'p', tokenCookie: 't', headers: { A: 'b' } } },
    ],
    ['debug: true, trace_verbose: true', { logging: { debug: true, trace: true, traceVerbose: true } }],
    [
      'logfile: x, log_size_limit: 5mb, log_max_num: 3, logtime: off, logtime_utc: on',
      { logging: { file: 'x', sizeLimitBytes: 5 * 1024 * 1024, maxFiles: 3, logtime: false, logtimeUtc: true } },
    ],
    ['pid_file: a, ports_file_dir: b', { pidFile: 'a', portsFileDir: 'b' }],
    ['skein {gateways: 4}', { skein: { gateways: 4 } }],
    ['skein {metrics {connections: true}}', { skein: { metrics: { connections: true, seriesMax: 10_000 } } }],
    ['skein {logins {}}', { skein: { logins: { failuresMax: 20, windowMs: 60_000 } } }],
    ['skein {logins {failures: 3, window: "2s"}}', { skein: { logins: { failuresMax: 3, windowMs: 2000 } } }],
    [
      'skein {audit {file: a, size_limit: 1kb, max_files: 0}}',
      { skein: { audit: { file: 'a', sizeLimitBytes: 1024, maxFiles: 0 } } },
    ],
    ['skein {audit {subject: true}}', { skein: { audit: { subject: true } } }],
    ['skein {audit {subject: "$SYS.MY.AUDIT"}}', { skein: { audit: { subject: '$SYS.MY.AUDIT' } } }],
    ['skein {metrics {series_max: 0, prefix: a_1}}', { skein: { metrics: { seriesMax: 0, prefix: 'a_1' } } }],
    [
      'https: 1, skein {monitoring {token: "t-0", client_ca_file: ca.pem, open_healthz: true}}',
      { skein: { monitoring: { token: 't-0', clientCaFile: 'ca.pem', openHealthz: true } } },
    ],
  ])('%s', (text, options) => {
    expect(load(text)).toMatchObject(options);
  });
});

describe('users', () => {
  const users = (text: string) => load(`authorization {users: [{user: a, pass: b, ${text} }]}`).authorization.users;

  it.each([
    [
      'permissions: {publish: x, subscribe: [a, " b  q "]}',
      { publish: { allow: ['x'] }, subscribe: { allow: ['a', 'b q'] } },
    ],
    ['permission: {pub: {allow: x, deny: [y, "z.>"]}}', { publish: { allow: ['x'], deny: ['y', 'z.>'] } }],
    [
      'authorization: {import: x, export: {deny: ["a *"]}}',
      { publish: { allow: ['x'] }, subscribe: { deny: ['a *'] } },
    ],
    ['permissions: {subscribe: []}', {}],
    [
      'permissions: {publish: x, allow_responses: true}',
      { publish: { allow: ['x'] }, responses: { max: 1, expiresMs: 120_000 } },
    ],
    [
      'permissions: {allow_responses: {max: 5, expires: "1m"}}',
      { publish: { deny: ['>'] }, responses: { max: 5, expiresMs: 60_000 } },
    ],
    [
      'permissions: {allow_responses: {max: -1, ttl: "-1s"}}',
      { publish: { deny: ['>'] }, responses: { max: -1, expiresMs: -1000 } },
    ],
    [
      'permissions: {publish: {deny: y}, allow_responses: true}',
      { publish: { deny: ['>'] }, responses: { max: 1, expiresMs: 120_000 } },
    ],
    ['permissions: {allow_responses: false}', {}],
  ])('%s', (text, permissions) => {
    expect(users(text)).toEqual([{ ...user, permissions }]);
  });

  it('may be restricted to kinds of connections', () => {
    expect(users('allowed_connection_types: [standard, WEBSOCKET, standard]')).toEqual([
      { ...user, allowedConnectionTypes: ['STANDARD', 'WEBSOCKET'] },
    ]);
  });

  it('may be nkeys', () => {
    expect(load(`authorization {users: [{nkey: ${NKEY}}]}`).authorization.users).toEqual([{ nkey: NKEY }]);
  });

  it('have default permissions', () => {
    const { authorization } = load('authorization {users: [{user: a, pass: b}], default_permissions: {publish: x}}');
    expect(authorization).toEqual({ users: [user], defaultPermissions: { publish: { allow: ['x'] } } });
  });
});

describe("skein's own block", () => {
  it.each([
    ['skein {gateways: 0 }', 'f.conf:1:7: gateways must be between 1 and 64\n'],
    ['skein {gateways: 65 }', 'f.conf:1:7: gateways must be between 1 and 64\n'],
    ['skein {monitoring {token: "" }}', 'f.conf:1:19: token must be printable ASCII without spaces\n'],
    ['skein {monitoring {token: "a b" }}', 'f.conf:1:19: token must be printable ASCII without spaces\n'],
    ['skein {monitoring {client_ca_file: "" }}', 'f.conf:1:19: client_ca_file must name a file\n'],
    ['skein {monitoring {client_ca_file: x }}', 'skein.monitoring.client_ca_file needs https'],
    ['skein {monitoring {key: x }}', 'f.conf:1:19: unknown field "key"\n'],
    ['skein {logins {failures: 0}}', 'f.conf:1:15: failures must be at least 1\n'],
    ['skein {logins {window: "1ms"}}', 'f.conf:1:15: window must be at least a second\n'],
    ['skein {audit {}}', 'f.conf:1:7: audit needs a file or a subject\n'],
    ['skein {audit {subject: false}}', 'f.conf:1:7: audit needs a file or a subject\n'],
    ['skein {audit {file: ""}}', 'f.conf:1:14: file must name a file\n'],
    ['skein {audit {subject: audit}}', 'f.conf:1:14: subject must be one that begins with $SYS\n'],
    ['skein {audit {subject: "$SYS.*"}}', 'f.conf:1:14: subject must be one that begins with $SYS\n'],
    ['skein {audit {file: a, size_limit: -1}}', 'f.conf:1:23: size_limit must not be negative\n'],
    ['skein {audit {file: a, max_files: -1}}', 'f.conf:1:23: max_files must not be negative\n'],
    ['skein {metrics {series_max: 100001 }}', 'f.conf:1:16: series_max must be between 0 and 100000\n'],
    ['skein {metrics {series_max: -1 }}', 'f.conf:1:16: series_max must be between 0 and 100000\n'],
    ['skein {metrics {prefix: a-b }}', 'f.conf:1:16: prefix must be letters, digits and underscores\n'],
    ['skein {metrics {series: 1 }}', 'f.conf:1:16: unknown field "series"\n'],
    ['skein {gateway: 2 }', 'f.conf:1:7: unknown field "gateway"\n'],
    ['skein: 2', 'f.conf:1:0: interface conversion: interface {} is int64, not map[string]interface {}\n'],
  ])('%s', (text, error) => {
    expect(() => load(text)).toThrow(error);
  });
});
