import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fixtures } from '@skein/testing';
import { expect, it, onTestFinished } from 'vitest';
import { StoreError } from './account-store.ts';
import { UrlStore } from './url-store.ts';

type Server = ReturnType<typeof createServer>;

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const serve = async (answer: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listen(createServer(answer))}/jwt/v1/accounts/`;

it('fetches an account by its name, each time it is asked', async () => {
  const asked: (string | undefined)[] = [];
  const url = await serve(({ url }, response) => {
    asked.push(url);
    response.end('token\n');
  });
  const store = new UrlStore(url);
  expect([await store.lookup('A'), await store.lookup('A')]).toEqual(['token', 'token']);
  expect(asked).toEqual(['/jwt/v1/accounts/A', '/jwt/v1/accounts/A']);
});

it('holds what it was told since for newer', async () => {
  const store = new UrlStore(await serve((_, response) => response.end('old')));
  await store.save('A', 'new');
  expect([await store.lookup('A'), await store.lookup('B')]).toEqual(['new', 'old']);
});

it.each<[string, RequestListener, string]>([
  ['is not there', (_, response) => response.writeHead(404).end(), '404 Not Found'],
  ['is too large', (_, response) => response.end('x'.repeat(1024 * 1024 + 1)), 'the answer is too large'],
  [
    'breaks off',
    (_, response) => response.writeHead(200, { 'content-length': 9 }).write('x', () => response.destroy()),
    'aborted',
  ],
])('says why when it %s', async (_, answer, why) => {
  const url = await serve(answer);
  await expect(new UrlStore(url).lookup('A')).rejects.toEqual(
    new StoreError(`could not fetch <${JSON.stringify(`${url}A`)}>: ${why}`),
  );
});

it.each([
  ['', 'invalid URL'],
  ['ftp://127.0.0.1/', 'unsupported protocol scheme "ftp"'],
])('can not use %s', async (url, why) => {
  await expect(new UrlStore(url).lookup('A')).rejects.toThrow(why);
});

it('talks TLS, and shows its certificate', async () => {
  const files = { cert: fixtures.serverCert, key: fixtures.serverKey, ca: fixtures.ca };
  const options = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, readFileSync(file)]));
  const server = createTlsServer({ ...options, requestCert: true, rejectUnauthorized: true }, (_, response) =>
    response.end('token'),
  );
  const url = `https://127.0.0.1:${await listen(server)}/`;
  const { ca: caFile, clientCert: certFile, clientKey: keyFile } = fixtures;
  expect(await new UrlStore(url, { caFile, certFile, keyFile }).lookup('A')).toBe('token');
  await expect(new UrlStore(url, { certFile, keyFile }).lookup('A')).rejects.toBeInstanceOf(StoreError);
  await expect(new UrlStore(url, { caFile }).lookup('A')).rejects.toBeInstanceOf(StoreError);
});

it('asks no more than it can bear', async () => {
  const url = await serve(() => {});
  const store = new UrlStore(url, {}, 200);
  const waiting = Array.from({ length: 64 }, () => store.lookup('A'));
  const given = Promise.all(waiting.map((one) => expect(one).rejects.toThrow('aborted')));
  await expect(store.lookup('A')).rejects.toThrow('too many accounts are being fetched');
  // A server that says nothing is given up, and its places are free again.
  await given;
  await expect(store.lookup('not://a url')).rejects.toThrow('could not fetch');
});
