import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createInbox, type NatsConnection } from '@nats-io/transport-node';
import { ConsolePage, findBrowser, launchBrowser } from './browser.ts';
import { connectTo } from './client.ts';
import { Node } from './node.ts';
import { RawClient } from './raw-client.ts';

/**
 * Takes the pictures of the console that stand in the README and on its page: two gateways and a store, named clients,
 * traffic that comes and goes, streams whose consumers are more or less behind.
 */

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '65' } } });
const folder = join(import.meta.dirname, '../../../docs/images');
const services = [
  'orders',
  'billing',
  'inventory',
  'telemetry',
  'shipping',
  'audit',
  'search',
  'web',
  'mobile',
  'payments',
];
const PUBLISHERS = 10;
const EACH_MS = 50;
/** One of so many messages is for a stream. */
const STREAM_EVERY = 25;
/** With the share of what they get that their consumers acknowledge. */
const streams = [
  { name: 'ORDERS', retention: 'limits', storage: 'file', consumers: { billing: 1, shipping: 0.9, audit: 0.3 } },
  { name: 'JOBS', retention: 'workqueue', storage: 'file', consumers: { workers: 0.97 } },
  { name: 'TELEMETRY', retention: 'limits', storage: 'memory', consumers: { dashboard: 1 } },
  { name: 'KV_settings', retention: 'limits', storage: 'file', consumers: {} },
] as const;
const PULL_MS = 500;
const PULL_BATCH = 500;
/** Down to the end of the map. */
const viewport = { width: 1280, height: 975 };
const small = { width: 1280, height: 430 };
const payload = new Uint8Array(256);

const browserPath = findBrowser();
if (browserPath === undefined) throw new Error('no chromium on PATH');
const store = await mkdtemp(join(tmpdir(), 'console-picture-'));
const node = await Node.start({
  gateways: 2,
  conf: `server_name: demo\njetstream { store_dir: ${JSON.stringify(store)}, max_file: 10GB }`,
});
const browser = await launchBrowser(browserPath);
try {
  const clients = await openClients();
  const stopConsuming = await makeStreams(clients[0]);
  const publishing = publish(clients);
  const slow = await RawClient.open(node);
  await slow.subscribeAndStopReading('events.>');
  const light = await ConsolePage.open(browser, node, '/console', {
    colorScheme: 'light',
    deviceScaleFactor: 1.25,
    viewport,
  });
  const dark = await ConsolePage.open(browser, node, '/console', {
    colorScheme: 'dark',
    deviceScaleFactor: 1.25,
    viewport,
  });
  await new Promise((resolve) => setTimeout(resolve, Number(values.seconds) * 1000));
  await mkdir(folder, { recursive: true });
  for (const [name, { page }] of Object.entries({ console: light, 'console-dark': dark })) {
    await page.getByRole('button', { name: '1 min' }).click();
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }
  await light.page.setViewportSize(small);
  await light.page.getByRole('tab', { name: 'Streams' }).click();
  await light.page.getByRole('row', { name: /ORDERS/ }).waitFor();
  await light.page.screenshot({ path: join(folder, 'console-streams.png') });
  clearInterval(publishing);
  stopConsuming();
  slow.destroy();
  await Promise.all(clients.map((client) => client.close()));
} finally {
  await browser.close();
  await node.server.stop();
  await rm(store, { recursive: true });
}

function openClients(): Promise<NatsConnection[]> {
  return Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const service = services[i % services.length];
      const client = await connectTo(node, { name: `${service}-${1 + Math.floor(i / services.length)}` });
      client.subscribe(`events.${service}.>`, { callback: () => {} });
      client.subscribe('work', { queue: 'workers', callback: () => {} });
      return client;
    }),
  );
}

function publish(clients: readonly NatsConnection[]): NodeJS.Timeout {
  let turn = 0;
  return setInterval(() => {
    const count = 300 * (1 + 0.6 * Math.sin(turn++ / 60) + 0.2 * Math.sin(turn / 17));
    for (let i = 0; i < count; i++) {
      clients[i % PUBLISHERS].publish(subjectOf(i), payload);
    }
  }, EACH_MS);
}

function subjectOf(i: number): string {
  if (i % STREAM_EVERY === 0) return `${streams[(i / STREAM_EVERY) % streams.length].name}.new`;
  return i % 9 === 0 ? 'work' : `events.${services[i % services.length]}.changed`;
}

/** Consumers that acknowledge a share of what they could get; returns what ends them. */
async function makeStreams(client: NatsConnection): Promise<() => void> {
  const ask = async (subject: string, body: object): Promise<void> => {
    const { error } = (await client.request(subject, JSON.stringify(body))).json<{ error?: object }>();
    if (error !== undefined) throw new Error(`${subject}: ${JSON.stringify(error)}`);
  };
  const timers: NodeJS.Timeout[] = [];
  for (const { name, retention, storage, consumers } of streams) {
    await ask(`$JS.API.STREAM.CREATE.${name}`, { name, retention, storage, subjects: [`${name}.>`] });
    for (const [durable, share] of Object.entries(consumers)) {
      const config = { durable_name: durable, ack_policy: 'explicit', ack_wait: 60e9, max_ack_pending: 20_000 };
      await ask(`$JS.API.CONSUMER.CREATE.${name}.${durable}`, { stream_name: name, config });
      const inbox = createInbox();
      client.subscribe(inbox, {
        callback: (_error, message) => {
          if (message.reply !== undefined && Math.random() < share) message.respond('+ACK');
        },
      });
      const pull = JSON.stringify({ batch: Math.ceil(PULL_BATCH * share), no_wait: true });
      const next = `$JS.API.CONSUMER.MSG.NEXT.${name}.${durable}`;
      timers.push(setInterval(() => client.publish(next, pull, { reply: inbox }), PULL_MS));
    }
  }
  return () => timers.forEach(clearInterval);
}
