import { expect, test } from 'vitest';
import { World } from './world.ts';

const MESSAGE_BYTES = 40_000;
const MESSAGES = 60;
/** What a link has in the system's hands at most: a chunk beyond a socket's buffer, and the frame that did not fit it. */
const WRITTEN_BYTES_MAX = 64 * 1024 + 128 * 1024 + 2 * MESSAGE_BYTES;

test.each([1, 2, 3])('queue messages that a dying gateway was never sent go to others (seed %i)', async (seed) => {
  const world = new World({ seed, gateways: 2, clients: 8, delayMaxMs: 2, killsFrozen: false });
  const [here, there] = world.gateways;
  expect(await world.calm()).toBe(true);
  const [publisher, member] = world.clients.filter(({ session }) => session?.life === here);
  const far = world.clients.find(({ session }) => session?.life === there)!;
  for (const client of [member, far]) {
    client.subscribe('q', 'w');
    client.ping();
    client.flush();
  }
  await world.run(world.settleMs);

  world.freezeGateway(there, 60_000);
  const messages = Array.from({ length: MESSAGES }, () => publisher.publish('q', '', MESSAGE_BYTES));
  publisher.flush();
  await world.run(100);
  const before = messages.filter(({ byQueue }) => byQueue.size > 0).length;
  world.killGateway(there);
  expect(await world.calm()).toBe(true);
  const lost = messages.filter(({ byQueue }) => byQueue.size === 0).length;
  expect(MESSAGES - before).toBeGreaterThan(15);
  expect(lost * MESSAGE_BYTES).toBeLessThanOrEqual(WRITTEN_BYTES_MAX);
  world.model.judge();
  expect(world.model.violations).toEqual([]);
});
