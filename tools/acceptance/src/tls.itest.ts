import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { wsconnect } from '@nats-io/nats-core';
import type { NodeConnectionOptions } from '@nats-io/transport-node';
import { fixtures, WireClient } from '@skein/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectTo } from './client.ts';
import type { Node } from './node.ts';
import { openClient, startNode } from './scope.ts';

const tls = (more = ''): string =>
  `tls { cert_file: "${fixtures.serverCert}", key_file: "${fixtures.serverKey}", ca_file: "${fixtures.ca}" ${more} }`;

const trusting = { caFile: fixtures.ca };
const certified = { ...trusting, certFile: fixtures.clientCert, keyFile: fixtures.clientKey };

async function expectService(node: Node, options: NodeConnectionOptions): Promise<void> {
  const client = await openClient(node, options);
  client.subscribe('here', { callback: (_error, message) => void message.respond(message.data) });
  const body = 'x'.repeat(100_000);
  expect((await client.request('here', body)).string()).toBe(body);
}

const refused = (node: Node, options: NodeConnectionOptions): Promise<unknown> =>
  connectTo(node, { reconnect: false, ...options }).then(
    () => 'connected',
    (error: Error) => error,
  );

describe('TLS', () => {
  it('is asked for in INFO, and nothing else is served', async () => {
    const node = await startNode({ conf: tls() });
    await expectService(node, { tls: trusting });
    expect(await refused(node, { tls: {} })).toMatchObject({ message: expect.stringContaining('certificate') });
    const plain = await WireClient.connect({ port: node.port });
    onTestFinished(() => plain.destroy());
    await plain.expect('"tls_required":true');
    await plain.send('CONNECT {"verbose":false}\r\nPING\r\n');
    await plain.closed();
    expect(plain.frames).toHaveLength(1);
  });

  it('verify: only clients with a certificate of the configured authority', async () => {
    const node = await startNode({ conf: tls(', verify: true'), gateways: 2 });
    await expectService(node, { tls: certified });
    expect(await refused(node, { tls: trusting })).toBeInstanceOf(Error);
  });

  it('verify_and_map: the certificate says who it is', async () => {
    const node = await startNode({
      conf: `${tls(', verify_and_map: true')}, accounts { A { users: [ { user: "CN=client,O=skein" } ] } }`,
    });
    const client = await openClient(node, { tls: certified });
    const info = await client.request('$SYS.REQ.USER.INFO');
    expect(info.json()).toMatchObject({ data: { user: 'CN=client,O=skein', account: 'A' } });
  });

  it('handshake_first: the handshake comes before INFO', async () => {
    const node = await startNode({ conf: tls(', handshake_first: true') });
    await expectService(node, { tls: { ...trusting, handshakeFirst: true } });
    expect(await refused(node, { tls: trusting, timeout: 1000 })).toBeInstanceOf(Error);
  });

  it('handshake_first auto: as the client likes', async () => {
    const node = await startNode({ conf: tls(', handshake_first: auto') });
    await expectService(node, { tls: { ...trusting, handshakeFirst: true } });
    await expectService(node, { tls: trusting });
  });

  it('allow_non_tls: both kinds on one port, and they hear each other', async () => {
    const node = await startNode({ conf: `allow_non_tls: true\n${tls()}` });
    await expectService(node, { tls: trusting });
    const plain = await openClient(node, { tls: null });
    const secure = await openClient(node, { tls: trusting });
    plain.subscribe('across', { callback: (_error, message) => void message.respond('heard') });
    await plain.flush();
    expect((await secure.request('across')).string()).toBe('heard');
  });
});

describe('WebSocket', () => {
  it('and TCP clients hear each other, over two gateways', async () => {
    const node = await startNode({ websocketPort: -1, gateways: 2 });
    const web = await Promise.all(Array.from({ length: 4 }, () => wsconnect({ servers: node.websocketUrl })));
    onTestFinished(async () => void (await Promise.all(web.map((client) => client.close()))));
    const plain = await openClient(node);
    for (const [index, client] of web.entries()) {
      client.subscribe(`web.${index}`, { callback: (_error, message) => void message.respond(message.data) });
      await client.flush();
      const body = 'y'.repeat(70_000 * index);
      expect((await plain.request(`web.${index}`, body)).string()).toBe(body);
    }
    plain.subscribe('plain', { callback: (_error, message) => void message.respond('heard') });
    await plain.flush();
    for (const client of web) expect((await client.request('plain')).string()).toBe('heard');
  });

  it('compressed, and authenticated', async () => {
    const node = await startNode({
      conf: `authorization { user: u, password: p }
        websocket { host: "127.0.0.1", port: -1, no_tls: true, compression: true }`,
    });
    const client = await wsconnect({ servers: node.websocketUrl, user: 'u', pass: 'p' });
    onTestFinished(() => client.close());
    client.subscribe('echo', { callback: (_error, message) => void message.respond(message.data) });
    const body = 'compressible '.repeat(5000);
    expect((await client.request('echo', body)).string()).toBe(body);
    await expect(wsconnect({ servers: node.websocketUrl, user: 'u', pass: 'x', reconnect: false })).rejects.toThrow(
      'Authorization Violation',
    );
  });

  it('over TLS: the certificate that is configured is the one served', async () => {
    const node = await startNode({
      conf: `websocket { host: "127.0.0.1", port: -1, ${tls()} }`,
    });
    // WebSocket as browsers have it takes no authority of its own, so this is done below it.
    const socket = connect({ port: node.server.websocketPort, ca: readFileSync(fixtures.ca), servername: 'localhost' });
    onTestFinished(() => void socket.destroy());
    const upgraded = Promise.withResolvers<string>();
    socket.on('error', upgraded.reject);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.includes('"server_id"')) upgraded.resolve(text);
    });
    socket.write(
      'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    const answer = await upgraded.promise;
    expect(answer).toMatch(/^HTTP\/1.1 101 /);
    // The answer to that key: RFC 6455 §1.3
    expect(answer).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });
});
