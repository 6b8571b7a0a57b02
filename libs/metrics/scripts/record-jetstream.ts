import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { parseExposition } from '../src/testing/parse.ts';
import { start } from '../src/testing/recording.ts';

/**
 * Writes down what a nats-server says of its streams and consumers, and what prometheus-nats-exporter makes of it.
 *
 *     node libs/metrics/scripts/record-jetstream.ts PATH_TO_NATS_SERVER PATH_TO_EXPORTER
 */
const PORT = 20_000 + (process.pid % 20_000);
const [CLIENT_PORT, HTTP_PORT, EXPORTER_PORT] = [PORT, PORT + 1, PORT + 2];

async function fill(): Promise<void> {
  const clients = { A: 'a', B: 'b' };
  for (const [account, user] of Object.entries(clients)) {
    const nc = await connect({ port: CLIENT_PORT, user, pass: user });
    const ask = (subject: string, body: object): Promise<unknown> =>
      nc.request(`$JS.API.${subject}`, JSON.stringify(body));
    const stream = (name: string, config: object): Promise<unknown> =>
      ask(`STREAM.CREATE.${name}`, { name, ...config });
    const consumer = (name: string, config: object): Promise<unknown> =>
      ask(`CONSUMER.CREATE.S.${name}`, { stream_name: 'S', config: { name, durable_name: name, ...config } });
    await stream('S', { subjects: ['s.*'], max_bytes: 1_000_000, max_msgs: 5000 });
    for (const subject of ['s.a', 's.b', 's.b']) await nc.request(subject, 'hello');
    await consumer('C', { ack_policy: 'explicit', description: 'reads' });
    if (account === 'A') {
      await stream('M', { storage: 'memory', mirror: { name: 'S' } });
      await stream('Y', { sources: [{ name: 'S' }] });
      const pulled = nc.subscribe('pulled', { max: 2 });
      nc.publish('$JS.API.CONSUMER.MSG.NEXT.S.C', '{"batch":2}', { reply: 'pulled' });
      for await (const message of pulled) if (message.subject.endsWith('a')) message.respond('+ACK');
      nc.publish('$JS.API.CONSUMER.MSG.NEXT.S.C', '{"batch":2}', { reply: 'waits' });
      nc.subscribe('waits');
      await nc.flush();
      // The copies come along.
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
    await nc.close();
  }
}

const [server = '', exporter = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'record-'));
const configuration = join(folder, 'server.conf');
writeFileSync(
  configuration,
  `listen: "127.0.0.1:${CLIENT_PORT}"\nhttp: "127.0.0.1:${HTTP_PORT}"\nserver_name: S1
jetstream { store_dir: "${folder}", max_mem: 64MB, max_file: 256MB, domain: hub }
accounts { A { jetstream { max_mem: 1MB, max_file: 9MB }, users: [{ user: a, password: a }] }, B { jetstream: enabled, users: [{ user: b, password: b }] } }\n`,
);
const stopServer = await start(server, ['-c', configuration], /Server is ready/);
await fill();
const url = `http://127.0.0.1:${HTTP_PORT}`;
const args = ['-a', '127.0.0.1', '-p', String(EXPORTER_PORT), '-use_internal_server_id', '-jsz=all', url];
const stopExporter = await start(exporter, args, /listening at/);
const text = await (await fetch(`http://127.0.0.1:${EXPORTER_PORT}/metrics`)).text();
const { jetstream } = (await (await fetch(`${url}/varz`)).json()) as { jetstream: object };
const page = await (await fetch(`${url}/jsz?consumers=true&config=true`)).json();
stopExporter();
stopServer();
rmSync(folder, { recursive: true });
const own = text
  .split('\n')
  .filter((line) => line === '' || /^(?:# \w+ )?(?:jetstream|gnatsd_varz_jetstream)_/.test(line));
const file = new URL('../src/exporter/recorded-jetstream.json', import.meta.url);
writeFileSync(
  file,
  `${JSON.stringify({ server: '2.15.2', page, varz: { jetstream }, exported: parseExposition(own.join('\n')) })}\n`,
);
