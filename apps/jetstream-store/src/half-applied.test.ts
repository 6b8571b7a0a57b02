import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeNode } from './testing/fake-node.ts';

const MEGABYTE = 1024 * 1024;
const MESSAGES = 12;

let node: FakeNode;

beforeEach(async () => {
  node = await FakeNode.start();
});

afterEach(() => node.stop());

/** What LevelDB has written, whatever it calls it. */
async function writtenBytes(): Promise<number> {
  const level = join(node.directory, 'jetstream', 'shard-0', 'level');
  const sizes = await Promise.all(
    (await readdir(level, { recursive: true })).map((name) => stat(join(level, name)).catch(() => undefined)),
  );
  return sizes.reduce((sum, file) => sum + (file?.size ?? 0), 0);
}

it('writes no half of an operation: applied again after a crash, it would be there once and a half', async () => {
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a'], allow_atomic: true });
  const body = 'x'.repeat(MEGABYTE);
  for (let sequence = 1; sequence < MESSAGES; sequence++) {
    node.publish('a', body, '', `Nats-Batch-Id: b\r\nNats-Batch-Sequence: ${sequence}`);
  }
  const last = `Nats-Batch-Id: b\r\nNats-Batch-Sequence: ${MESSAGES}\r\nNats-Batch-Commit: 1`;
  // More than is kept in memory, in one operation.
  expect(await node.ask('a', body, last)).toMatchObject({ seq: MESSAGES });
  while ((await writtenBytes()) < 7 * MEGABYTE) await setImmediate();
  const crashed = await node.crashed();
  expect(await crashed.ask('$JS.API.STREAM.INFO.S')).toMatchObject({
    state: { messages: MESSAGES, last_seq: MESSAGES },
  });
  await crashed.stop();
});
