import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeNode } from './testing/fake-node.ts';

let node: FakeNode;

beforeEach(async () => {
  node = await FakeNode.start();
});

afterEach(() => node.stop());

const EVENT = '$JS.EVENT.';
/** What was sent, read as bytes. */
const utf8 = (text: string): string => Buffer.from(text, 'latin1').toString();

/** What was told so far, beside audits: account, subject, body. */
const told = (): [string, string, Record<string, unknown>][] =>
  node.sent
    .filter(({ subject }) => subject.startsWith(EVENT) && !subject.endsWith('.API'))
    .map(({ account, subject, body }) => [account, subject.slice(EVENT.length), JSON.parse(body)]);

it('streams and consumers come and go', async () => {
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a'] });
  await node.ask('$JS.API.CONSUMER.CREATE.S.C', {
    stream_name: 'S',
    config: { durable_name: 'C', ack_policy: 'explicit' },
  });
  await node.ask('$JS.API.STREAM.DELETE.S');
  expect(told().map(([account, subject, { action }]) => [account, subject, action])).toEqual([
    ['$G', 'ADVISORY.STREAM.CREATED.S', 'create'],
    ['$G', 'ADVISORY.CONSUMER.CREATED.S.C', 'create'],
    ['$G', 'ADVISORY.CONSUMER.DELETED.S.C', 'delete'],
    ['$G', 'ADVISORY.STREAM.DELETED.S', 'delete'],
  ]);
  const ids = told().map(([, , { id }]) => id);
  expect(new Set(ids).size).toBe(4);
});

it('acknowledgements that are none are told when they are on disk, and not again after a restart', async () => {
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a'] });
  await node.ask('a', 'one');
  await node.ask('$JS.API.CONSUMER.CREATE.S.C', {
    stream_name: 'S',
    config: { durable_name: 'C', ack_policy: 'explicit' },
  });
  const first = await node.request('$JS.API.CONSUMER.MSG.NEXT.S.C', '1');
  const naked = node.next(`${EVENT}ADVISORY.CONSUMER.MSG_NAKED.S.C`);
  node.publish(first.reply, '-NAK');
  expect(JSON.parse((await naked).body)).toMatchObject({ consumer_seq: 1, stream_seq: 1, deliveries: 1 });
  const again = await node.request('$JS.API.CONSUMER.MSG.NEXT.S.C', '1');
  const terminated = node.next(`${EVENT}ADVISORY.CONSUMER.MSG_TERMINATED.S.C`);
  node.publish(again.reply, '+TERM broken');
  expect(JSON.parse((await terminated).body)).toMatchObject({ stream_seq: 1, deliveries: 2, reason: 'broken' });
  const before = told().length;
  await node.restart();
  expect(told()).toHaveLength(before);
});

it('a request is told of with who asked, as long as somebody hears it', async () => {
  const client = '{"start":"2026-01-02T03:04:05Z","id":7,"acc":"$G","user":"u"}';
  const audits = () => node.sent.filter(({ subject }) => subject === `${EVENT}ADVISORY.API`);
  await node.ask('$JS.API.STREAM.NAMES');
  // Until it is known who hears it, all are told.
  const before = audits().length;
  await new Promise((resolve) => setImmediate(resolve));
  await node.ask('$JS.API.STREAM.NAMES');
  expect(audits()).toHaveLength(before);
  node.subscribe(`${EVENT}ADVISORY.API`);
  const { body: response } = await node.request(
    '$JS.API.STREAM.CREATE.S',
    { name: 'S', subjects: ['ä'] },
    `Nats-Request-Info: ${client}`,
  );
  const { id, timestamp, ...audit } = JSON.parse(utf8(audits().at(-1)?.body ?? '{}'));
  expect(audit).toEqual({
    ...{ type: 'io.nats.jetstream.advisory.v1.api_audit', server: 'alpha', client: JSON.parse(client) },
    ...{ subject: '$JS.API.STREAM.CREATE.S', request: '{"name":"S","subjects":["ä"]}', response: utf8(response) },
  });
});

it('a stream of the account hears of requests, too', async () => {
  await node.ask('$JS.API.STREAM.CREATE.E', { name: 'E', subjects: ['$JS.EVENT.>'] });
  await new Promise((resolve) => setImmediate(resolve));
  await node.ask('$JS.API.STREAM.NAMES');
  const last = node.sent.findLast(({ subject }) => subject === `${EVENT}ADVISORY.API`);
  expect(JSON.parse(last?.body ?? '{}')).toMatchObject({ subject: '$JS.API.STREAM.NAMES' });
});

it('a batch that ends too early is told to the system account, too', async () => {
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a'], allow_atomic: true });
  await node.request('a', 'x', 'Nats-Batch-Id: b\r\nNats-Batch-Sequence: 1');
  await node.request('a', 'x', 'Nats-Batch-Id: b\r\nNats-Batch-Sequence: 3');
  const [own, system] = told().slice(-2);
  expect(own).toEqual([
    '$G',
    'ADVISORY.STREAM.BATCH_ABANDONED.S',
    expect.objectContaining({ batch: 'b', reason: 'incomplete' }),
  ]);
  expect(own?.[2]).not.toHaveProperty('account');
  expect(system?.[0]).toBe('$SYS');
  expect(system?.[2]).toMatchObject({ account: '$G', stream: 'S', batch: 'b' });
});
