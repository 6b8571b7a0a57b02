import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseExposition } from './parse.ts';
import { start } from './recording.ts';

/**
 * Writes down a nats-server's pages, and what prometheus-nats-exporter makes of them.
 *
 *     node libs/metrics/src/testing/record.ts PATH_TO_NATS_SERVER PATH_TO_EXPORTER
 */
const CLIENT_PORT = 14_322;
const HTTP_PORT = 18_322;
const EXPORTER_PORT = 17_322;

const url = `http://127.0.0.1:${HTTP_PORT}`;
const paths = ['/varz', '/subsz', '/routez', '/leafz', '/jsz', '/healthz', '/accstatz?unused=1', '/connz?auth=true'];
const flags = ['-varz', '-subz', '-routez', '-gatewayz', '-leafz', '-accstatz', '-accountz', '-healthz', '-jsz=all'];
const situations = { plain: [...flags, '-connz'], detailed: ['-connz_detailed'] };

function client(options: object): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect(CLIENT_PORT, '127.0.0.1');
  socket.write(`CONNECT ${JSON.stringify({ verbose: false, ...options })}\r\nSUB a 1\r\nPUB a 2\r\nhi\r\nPING\r\n`);
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk;
    if (said.includes('PONG')) resolve(socket);
  });
  socket.on('error', reject);
  return promise;
}

async function record(server: string, exporter: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'record-'));
  const configuration = join(folder, 'server.conf');
  writeFileSync(
    configuration,
    `listen: "127.0.0.1:${CLIENT_PORT}"\nhttp: "127.0.0.1:${HTTP_PORT}"\nserver_name: S1\n
    accounts { A { users: [{ user: a, password: a }] } }\nno_auth_user: a\n`,
  );
  const stopServer = await start(server, ['-c', configuration], /Server is ready/);
  const clients = await Promise.all([client({ name: 'one', lang: 'x', version: '1' }), client({ name: 'two' })]);
  const pages: Record<string, unknown> = {};
  for (const path of paths) pages[path] = await json(path);
  const { accounts } = (await json('/accountz')) as { accounts: string[] };
  pages['/accountz?acc='] = await Promise.all(accounts.map((account) => json(`/accountz?acc=${account}`)));
  const exported: Record<string, unknown> = {};
  for (const [name, asked] of Object.entries(situations)) {
    const args = ['-a', '127.0.0.1', '-p', String(EXPORTER_PORT), '-use_internal_server_id', ...asked, url];
    const stopExporter = await start(exporter, args, /listening at/);
    const answer = await fetch(`http://127.0.0.1:${EXPORTER_PORT}/metrics`);
    exported[name] = parseExposition(withoutForeign(await answer.text()));
    stopExporter();
  }
  for (const socket of clients) socket.destroy();
  stopServer();
  rmSync(folder, { recursive: true });
  writeFileSync(
    new URL('../exporter/recorded.json', import.meta.url),
    `${JSON.stringify({ server: '2.15.2', pages, exported })}\n`,
  );
}

const json = async (path: string): Promise<unknown> => (await fetch(url + path)).json();

/** The exporter's figures of itself: summaries, which nothing here has. */
const withoutForeign = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/^(?:# \w+ )?(?:go|process|promhttp)_/.test(line))
    .join('\n');

const [server, exporter] = process.argv.slice(2);
if (server === undefined || exporter === undefined) throw new Error('usage: record.ts NATS_SERVER EXPORTER');
await record(server, exporter);
