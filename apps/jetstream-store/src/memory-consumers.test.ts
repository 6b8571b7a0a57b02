import { join } from 'node:path';
import { openJournal } from '@skein/journal';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RecordKind, readConsumerRecord, readRecord } from './record.ts';
import { FakeNode } from './testing/fake-node.ts';

type Json = Record<string, unknown>;

let node: FakeNode;

beforeEach(async () => {
  node = await FakeNode.start();
});

afterEach(() => node.stop());

const create = (retention: string) =>
  node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a.*'], retention, storage: 'file' });
const consumer = (name: string, more: object = {}) =>
  node.ask(`$JS.API.CONSUMER.CREATE.S.${name}`, {
    stream_name: 'S',
    config: { name, durable_name: name, ack_policy: 'explicit', ...more },
  });
/** Takes one message and acknowledges it, asking for confirmation. */
async function work(name: string): Promise<void> {
  const { reply } = await node.request(`$JS.API.CONSUMER.MSG.NEXT.S.${name}`, '1');
  await node.request(reply, '+ACK');
}
const info = (at: FakeNode, name: string) => at.ask(`$JS.API.CONSUMER.INFO.S.${name}`);
const state = async (at: FakeNode) => (await at.ask('$JS.API.STREAM.INFO.S')).state as Json;

/** What a SIGKILL leaves: the consumers whose work the journal has, by number, and a node that begins with it. */
async function crash(): Promise<{ inJournal: Set<number>; next: FakeNode }> {
  const inJournal = new Set<number>();
  const next = await node.crashed({}, async (directory) => {
    const { journal } = await openJournal({
      directory: join(directory, 'jetstream', 'shard-0', 'journal'),
      onDurable: () => {},
      onFailed: () => {},
    });
    for (const { content } of await journal.read(journal.first, 1024 * 1024)) {
      const read = readRecord(content);
      if (read.kind === RecordKind.ConsumerOperation) inJournal.add(readConsumerRecord(read.content).consumer);
    }
    await journal.close();
  });
  return { inJournal, next };
}

it('ends with the life of the node; what it does is not in the journal', async () => {
  await create('limits');
  await consumer('D');
  await consumer('M', { mem_storage: true });
  for (let count = 0; count < 5; count++) await node.ask('a.x', 'm');
  for (const name of ['D', 'M', 'M']) await work(name);
  expect(await info(node, 'M')).toMatchObject({ ack_floor: { stream_seq: 2 }, num_pending: 3 });
  node.life = 'N2';
  const { inJournal, next } = await crash();
  // By the records that made them: the stream's, D's, M's.
  expect(inJournal).toEqual(new Set([2]));
  await node.restart();
  for (const one of [next, node]) {
    expect((await one.ask('$JS.API.CONSUMER.NAMES.S')).consumers).toEqual(['D']);
    expect(await info(one, 'M')).toMatchObject({ error: { err_code: 10014 } });
    expect(await info(one, 'D')).toMatchObject({ ack_floor: { stream_seq: 1 }, num_pending: 4 });
  }
  await next.stop();
});

it('goes on when its store alone is started anew, from where it was last written when that was killed', async () => {
  await create('limits');
  await consumer('M', { mem_storage: true });
  for (let count = 0; count < 5; count++) await node.ask('a.x', 'm');
  await work('M');
  await node.restart();
  expect(await info(node, 'M')).toMatchObject({ delivered: { consumer_seq: 1 }, ack_floor: { stream_seq: 1 } });
  await work('M');
  const { next } = await crash();
  expect(await info(next, 'M')).toMatchObject({ delivered: { consumer_seq: 1 }, ack_floor: { stream_seq: 1 } });
  await next.stop();
});

it('what gives up messages to others is in the journal', async () => {
  await create('limits');
  await consumer('M', { mem_storage: true, metadata: { 'skein.dead_letter': 'dead' } });
  await node.ask('a.x', 'm');
  await work('M');
  const { inJournal, next } = await crash();
  expect(inJournal).toEqual(new Set([2]));
  await next.stop();
});

it.each(['workqueue', 'interest'])(
  '%s: what it was done with does not come back, what it alone wanted stays',
  async (retention) => {
    await create(retention);
    await consumer('M', { mem_storage: true });
    for (let count = 0; count < 5; count++) await node.ask('a.x', 'm');
    for (const name of ['M', 'M']) await work(name);
    expect(await state(node)).toMatchObject({ messages: 3, consumer_count: 1 });
    node.life = 'N2';
    const { next } = await crash();
    await node.restart();
    // As with nats-server 2.15.2; and once more, as the end of the consumer is in the journal now.
    const again = await node.crashed();
    for (const one of [next, node, again]) {
      expect(await state(one)).toMatchObject({ messages: 3, first_seq: 3, consumer_count: 0 });
      await one.ask('a.x', 'm');
    }
    await next.stop();
    await again.stop();
  },
);

it('goes on in a stream whose retention changes, and ends no other way there', async () => {
  await create('limits');
  await consumer('M', { mem_storage: true });
  for (let count = 0; count < 5; count++) await node.ask('a.x', 'm');
  await work('M');
  await node.ask('$JS.API.STREAM.UPDATE.S', { name: 'S', subjects: ['a.*'], retention: 'interest', storage: 'file' });
  for (const name of ['M', 'M']) await work(name);
  expect(await state(node)).toMatchObject({ messages: 3 });
  node.life = 'N2';
  const { next } = await crash();
  expect(await state(next)).toMatchObject({ messages: 3, last_seq: 5, consumer_count: 0 });
  await next.stop();
});
