// Prints how a frozen process changes the round trip of requests between two clients of one node.
import type { NatsConnection } from '@nats-io/transport-node';
import { connectTo } from './client.ts';
import { type Component, Node } from './node.ts';

const RUNS = 5;
/** A frozen process is replaced after 5 s: a run has to be over before. */
const RUN_MS = 2000;
const WARM_UP_MS = 1000;

/** Milliseconds of one request after the other, for a while. */
async function roundTrips(client: NatsConnection, durationMs: number): Promise<number[]> {
  const body = new Uint8Array(128);
  const times: number[] = [];
  const end = performance.now() + durationMs;
  for (let begun = performance.now(); begun < end; ) {
    await client.request('freeze-latency', body, { timeout: 5000 });
    const now = performance.now();
    times.push(now - begun);
    begun = now;
  }
  return times;
}

const quantile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

const median = (values: number[]): number => quantile(values, 0.5);

async function measure(node: Node, client: NatsConnection, component: Component) {
  const { pid } = await node.process(component);
  const p99 = { usual: [] as number[], frozen: [] as number[] };
  const p50 = { usual: [] as number[], frozen: [] as number[] };
  for (let run = 0; run < RUNS; run++) {
    for (const state of ['usual', 'frozen'] as const) {
      if (state === 'frozen') process.kill(pid, 'SIGSTOP');
      try {
        const times = await roundTrips(client, RUN_MS);
        p99[state].push(quantile(times, 0.99));
        p50[state].push(median(times));
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    }
  }
  const after = await node.process(component);
  if (after.pid !== pid) throw new Error(`${component} was replaced during the measurement`);
  const milliseconds = (value: number): string => value.toFixed(3);
  return {
    frozen: component,
    'p50 usual, ms': milliseconds(median(p50.usual)),
    'p50 frozen, ms': milliseconds(median(p50.frozen)),
    'p99 usual, ms': milliseconds(median(p99.usual)),
    'p99 frozen, ms': milliseconds(median(p99.frozen)),
    'p99 ratio': (median(p99.frozen) / median(p99.usual)).toFixed(2),
    'p99 usual, runs': p99.usual.map(milliseconds).join(' '),
    'p99 frozen, runs': p99.frozen.map(milliseconds).join(' '),
  };
}

const node = await Node.start();
try {
  const [requester, responder] = [await connectTo(node), await connectTo(node)];
  responder.subscribe('freeze-latency', { callback: (_error, message) => void message.respond(message.data) });
  await responder.flush();
  await roundTrips(requester, WARM_UP_MS);
  const rows = [];
  for (const component of ['router', 'monitor', 'auth-resolver'] as const) {
    rows.push(await measure(node, requester, component));
  }
  console.table(rows);
  await Promise.all([requester.close(), responder.close()]);
} finally {
  await node.server.stop();
}
