import { MemoryStreamStore } from '@skein/storage';
import { beforeEach, expect, it } from 'vitest';
import { checkStreamConfig } from './check-stream-config.ts';
import { headerBlock } from './header-block.ts';
import { Stream } from './stream.ts';

const nobody = { isWanted: () => false };
let purged: [number, string][];
let stream: Stream;
const effects = {
  stored: () => {},
  removed: () => {},
  purged: (below: number, filter: string) => purged.push([below, filter]),
  republish: () => {},
};

beforeEach(() => {
  purged = [];
  const store = new MemoryStreamStore({ overheadBytes: 0, headerOverheadBytes: 0 });
  const config = checkStreamConfig({ name: 'S', subjects: ['>'], no_ack: true, allow_rollup_hdrs: true });
  stream = Stream.create(store, config, effects, nobody);
});

const publish = (subject: string, block: Buffer = Buffer.alloc(0)): number =>
  stream.publish(subject, block, block.length, 1, 0);

it('rolls up what is too much for one operation with the next ones, over a restart', () => {
  for (let i = 0; i < 25_000; i++) publish('a');
  publish('b');
  publish('a', headerBlock(['Nats-Rollup: sub']));
  expect([stream.store.messages, stream.expiresAt]).toEqual([15_002, 0]);
  // A consumer may forget no more than what went.
  expect(purged).toEqual([[10_001, 'a']]);
  stream.save();
  const again = new Stream(stream.store, effects, nobody);
  again.expire(2, 0);
  again.expire(2, 0);
  expect([again.store.messages, again.expiresAt]).toEqual([2, Number.POSITIVE_INFINITY]);
});
