import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { NatsConnection } from '@nats-io/transport-node';
import { ConsolePage, findBrowser, launchBrowser } from './browser.ts';
import { connectTo } from './client.ts';
import { Node } from './node.ts';
import { RawClient } from './raw-client.ts';

/** Takes the pictures of the console that stand in the README: two gateways, named clients, traffic that comes and goes. */

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
/** Down to the end of the map. */
const viewport = { width: 1280, height: 975 };
const payload = new Uint8Array(256);

const browserPath = findBrowser();
if (browserPath === undefined) throw new Error('no chromium on PATH');
const node = await Node.start({ gateways: 2, conf: 'server_name: demo' });
const browser = await launchBrowser(browserPath);
try {
  const clients = await openClients();
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
  clearInterval(publishing);
  slow.destroy();
  await Promise.all(clients.map((client) => client.close()));
} finally {
  await browser.close();
  await node.server.stop();
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
      const subject = i % 9 === 0 ? 'work' : `events.${services[i % services.length]}.changed`;
      clients[i % PUBLISHERS].publish(subject, payload);
    }
  }, EACH_MS);
}
