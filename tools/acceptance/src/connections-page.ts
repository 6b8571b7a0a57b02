// Prints how long sorted pages of many connections take, and what they do to the round trips of requests meanwhile.
//   node tools/acceptance/src/connections-page.ts [CONNECTIONS] [GATEWAYS]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectTo } from './client.ts';
import { Node } from './node.ts';

const CONNECTIONS = Number(process.argv[2] ?? 15_000);
const GATEWAYS = Number(process.argv[3] ?? 1);
const OPENED_AT_ONCE = 100;
const RUNS = 5;
const RUN_MS = 3000;
/** As often as a person at a console, or nats-top, asks. */
const PAGE_EVERY_MS = 1000;
const pages = ['?sort=msgs_to', '?sort=idle', '?sort=subs&subs=1', '?sort=bytes_from&auth=1', '?sort=rtt&offset=5000'];

const quantile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
const ms = (value: number): string => value.toFixed(2);

/** In a process of their own: their sockets are not among those that are measured. */
async function holdConnections(port: number): Promise<void> {
  for (let i = 0; i < CONNECTIONS; i += OPENED_AT_ONCE) {
    const count = Math.min(OPENED_AT_ONCE, CONNECTIONS - i);
    await Promise.all(Array.from({ length: count }, (_, j) => open(port, `client-${i + j}`)));
  }
  process.send?.('open');
}

async function open(port: number, name: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`CONNECT {"verbose":false,"name":"${name}"}\r\nSUB idle.${name} 1\r\nPING\r\n`);
  for (let text = ''; !text.includes('PONG'); ) text += (await once(socket, 'data'))[0];
  socket.on('data', (chunk: Buffer) => {
    if (chunk.includes('PING')) socket.write('PONG\r\n');
  });
}

/** Milliseconds of one request after the other, for a while. */
async function roundTrips(client: NatsConnection, durationMs: number): Promise<number[]> {
  const body = new Uint8Array(128);
  const times: number[] = [];
  const end = performance.now() + durationMs;
  for (let begun = performance.now(); begun < end; ) {
    await client.request('connections-page', body, { timeout: 5000 });
    const now = performance.now();
    times.push(now - begun);
    begun = now;
  }
  return times;
}

async function measure(): Promise<void> {
  const node = await Node.start({ gateways: GATEWAYS });
  const holder = fork(import.meta.filename, [String(CONNECTIONS), String(GATEWAYS), String(node.server.port)]);
  try {
    await once(holder, 'message');
    const url = `http://127.0.0.1:${node.server.monitoringPort}/connz`;
    const took: number[] = [];
    const ask = async (query: string): Promise<void> => {
      const begun = performance.now();
      const page = (await (await fetch(url + query)).json()) as { total: number; num_connections: number };
      took.push(performance.now() - begun);
      if (page.total < CONNECTIONS || page.num_connections !== 1024)
        throw new Error(`${query}: ${JSON.stringify(page)}`);
    };
    const [requester, responder] = [await connectTo(node), await connectTo(node)];
    responder.subscribe('connections-page', { callback: (_error, message) => void message.respond(message.data) });
    await responder.flush();
    await roundTrips(requester, RUN_MS);
    const quiet: number[][] = [];
    const asked: number[][] = [];
    for (let run = 0; run < RUNS; run++) {
      quiet.push(await roundTrips(requester, RUN_MS));
      const asking = (async () => {
        for (let i = 0; i * PAGE_EVERY_MS < RUN_MS; i++) {
          await ask(pages[(run + i) % pages.length]);
          await setTimeout(PAGE_EVERY_MS);
        }
      })();
      asked.push(await roundTrips(requester, RUN_MS));
      await asking;
    }
    const middle = (runs: number[][], share: number): number =>
      quantile(
        runs.map((run) => quantile(run, share)),
        0.5,
      );
    console.table([
      { what: `first pages of ${CONNECTIONS}, ms`, p50: ms(quantile(took, 0.5)), worst: ms(Math.max(...took)) },
      { what: 'round trip, nobody asks, ms', p50: ms(middle(quiet, 0.5)), p99: ms(middle(quiet, 0.99)) },
      { what: 'round trip, a page a second, ms', p50: ms(middle(asked, 0.5)), p99: ms(middle(asked, 0.99)) },
    ]);
    console.log(
      'p99 of each run:',
      quiet.map((run) => ms(quantile(run, 0.99))).join(' '),
      '|',
      asked.map((run) => ms(quantile(run, 0.99))).join(' '),
    );
    await Promise.all([requester.close(), responder.close()]);
  } finally {
    holder.kill();
    await node.server.stop();
  }
}

const port = process.argv[4];
if (port === undefined) await measure();
else await holdConnections(Number(port));
