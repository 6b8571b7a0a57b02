import { describe, expect, it } from 'vitest';
import type { Connection } from './connection.ts';
import { infoLine } from './info.ts';
import type { GatewayConfiguration } from './settings.ts';
import { Bench, testConfiguration } from './testing/bench.ts';

const IDENTITY = {
  serverId: 'NID',
  serverName: 'node',
  version: '2.15.2',
  xkey: 'XKEY',
  productVersion: '1',
  startedUnixMs: 0,
};
const TLS = { verify: false, verifyAndMap: false, allowNonTls: false, handshakeFirst: false };
const WS_TLS = {
  version: 'TLSv1.3',
  cipher: 'c',
  subject: '',
  names: [],
  chain: () => [],
  certificates: [],
  first: false,
};

function infoOf(
  connection: Connection,
  configuration: Partial<GatewayConfiguration>,
  port = 4222,
): Record<string, unknown> {
  const line = infoLine(connection, IDENTITY, testConfiguration(configuration), port, 3);
  expect(line).toMatch(/^INFO \{.*\} \r\n$/);
  return JSON.parse(line.slice(5));
}

const tls = (overrides: Record<string, unknown> = {}): Partial<GatewayConfiguration> => ({
  tls: { ...TLS, ...overrides } as unknown as NonNullable<GatewayConfiguration['tls']>,
});

it('the first INFO says who the server is and what it allows', () => {
  const { connection } = new Bench().stranger();
  expect(infoOf(connection, { host: '1.2.3.4' })).toEqual({
    server_id: 'NID',
    server_name: 'node',
    version: '2.15.2',
    proto: 1,
    go: `node ${process.version}`,
    host: '1.2.3.4',
    port: 4222,
    headers: true,
    max_payload: 1048576,
    client_id: connection.cid,
    client_ip: '10.0.0.7',
    api_lvl: 5,
    xkey: 'XKEY',
  });
});

describe('fields that are there or not', () => {
  const fresh = () => new Bench().stranger().connection;
  const greeted = () => new Bench().client().connection;
  const webSocket = () => new Bench().stranger({ kind: 'WEBSOCKET' }).connection;
  const secureWebSocket = () => new Bench().stranger({ kind: 'WEBSOCKET', tls: WS_TLS }).connection;
  const none = undefined;
  const { skein } = testConfiguration();

  it.each([
    ['auth_required', fresh, {}, none],
    ['auth_required', fresh, { authRequired: true }, true],
    ['auth_required', fresh, { authRequired: true, noAuthUser: 'u' }, none],
    ['auth_required', greeted, { authRequired: true, noAuthUser: 'u' }, true],
    ['auth_required', webSocket, { authRequired: true, noAuthUser: 'u' }, true],
    ['tls_required', fresh, {}, none],
    ['tls_required', fresh, tls(), true],
    ['tls_required', fresh, tls({ allowNonTls: true }), none],
    ['tls_required', fresh, tls({ allowNonTls: true, handshakeFirst: true }), true],
    ['tls_required', greeted, tls({ allowNonTls: true, handshakeFirst: true }), none],
    ['tls_available', fresh, tls(), none],
    ['tls_available', fresh, tls({ allowNonTls: true }), true],
    ['tls_verify', fresh, tls(), none],
    ['tls_verify', fresh, tls({ verify: true }), true],
    ['tls_verify', fresh, tls({ verifyAndMap: true }), true],
    ['tls_required', webSocket, tls(), none],
    ['tls_required', secureWebSocket, {}, true],
    ['tls_available', secureWebSocket, {}, true],
    ['headers', fresh, { noHeaderSupport: true }, false],
    ['connect_info', fresh, {}, none],
    ['connect_info', greeted, {}, true],
    ['remote_account', greeted, {}, '$G'],
    ['skein_gateway', fresh, { skein: { ...skein, gateways: 1 } }, none],
    ['skein_gateway', fresh, { skein: { ...skein, gateways: 2 } }, 3],
  ] as const)('%s of %o with %o is %s', (field, connection, configuration, expected) => {
    expect(infoOf(connection(), configuration)[field]).toBe(expected);
  });

  it("a user's own max_payload", () => {
    const connection = greeted();
    connection.payloadBytesMax = 100;
    expect(infoOf(connection, {}).max_payload).toBe(100);
  });

  it('a nonce until it has been answered', () => {
    const { gateway, member } = new Bench();
    const { channel, origin } = new Bench().stranger().connection;
    const connection = gateway.accept(channel, origin, member.connections.nextId(), 'NONCE', true);
    expect(infoOf(connection, {}).nonce).toBe('NONCE');
    connection.greeted = true;
    expect(infoOf(connection, {})).not.toHaveProperty('nonce');
  });
});

describe('client_advertise', () => {
  it.each([
    [undefined, '0.0.0.0', 4222],
    ['', '0.0.0.0', 4222],
    ['example.com', 'example.com', 4222],
    ['example.com:9', 'example.com', 9],
    ['10.1.2.3:65535', '10.1.2.3', 65535],
    ['[::1]', '::1', 4222],
    ['[2001:db8::1]:9', '2001:db8::1', 9],
    ['::1', '::1', 4222],
    ['2001:db8::1', '2001:db8::1', 4222],
  ])('%s is %s and %s', (clientAdvertise, host, port) => {
    const { connection } = new Bench().stranger();
    expect(infoOf(connection, { clientAdvertise, host: '0.0.0.0' })).toMatchObject({ host, port });
  });
});

it('in lame duck mode it says so, and no more what the server knows of the client', () => {
  const { connection } = new Bench().client();
  connection.lameDuck = true;
  const info = infoOf(connection, {});
  expect(info.ldm).toBe(true);
  expect(Object.keys(info).slice(-4)).toEqual(['client_ip', 'ldm', 'api_lvl', 'xkey']);
});

it('a client of the system account is told that it is one', () => {
  const { connection } = new Bench().client();
  expect(infoOf(connection, {}).acc_is_sys).toBeUndefined();
  // Recorded: between the account and the API level.
  const info = infoOf(connection, { systemAccount: '$G' });
  expect(info.acc_is_sys).toBe(true);
  expect(Object.keys(info).slice(-4)).toEqual(['remote_account', 'acc_is_sys', 'api_lvl', 'xkey']);
});
