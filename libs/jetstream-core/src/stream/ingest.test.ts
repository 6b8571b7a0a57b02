import { MemoryStreamStore } from '@skein/storage';
import { expect, it } from 'vitest';
import { ApiError } from '../api-error.ts';
import { checkStreamConfig } from './check-stream-config.ts';
import { headerBlock, linesOf } from './header-block.ts';
import { Intake } from './intake.ts';
import { applyOperation } from './operation.ts';
import { decodeOperation, encodeOperation } from './operation-codec.ts';
import type { Original } from './original.ts';
import { Stream } from './stream.ts';
import type { StreamConfig } from './stream-config.ts';

const effects = { stored: () => {}, removed: () => {}, purged: () => {}, republish: () => {} };
const nobody = { isWanted: () => false };

const made = (config: Partial<StreamConfig>): Stream =>
  Stream.create(
    new MemoryStreamStore({ overheadBytes: 0, headerOverheadBytes: 0 }),
    checkStreamConfig({ name: 'D', ...config }),
    effects,
    nobody,
  );

function original(origin: number, subject = 'a', lines: string[] = [], body = 'x'): Original {
  const block = lines.length > 0 ? headerBlock(lines) : Buffer.alloc(0);
  const content = Buffer.concat([block, Buffer.from(body)]);
  return { origin, subject, content, headerBytes: block.length, seconds: 100 + origin, nanos: 7 };
}

/** Through its bytes. */
function ingest(stream: Stream, key: string, messages: Original[], identity = 'one'): number {
  const bytes = encodeOperation({
    operation: { kind: 'ingest', key, identity, messages },
    seconds: 1000,
    nanos: 0,
  });
  const { operation, seconds, nanos } = decodeOperation(bytes);
  return applyOperation(stream, operation, seconds, nanos);
}

function view({ store }: Stream): string[] {
  const seen: string[] = [];
  for (let at = store.next(1); at > 0; at = store.next(at + 1)) {
    const message = store.get(at);
    seen.push(`${at} ${message?.subject} ${message?.seconds}`);
  }
  return seen;
}

const headers = (stream: Stream, sequence: number): string[] => {
  const { content, headerBytes } = stream.store.get(sequence) as { content: Buffer; headerBytes: number };
  return [...linesOf(content, headerBytes), content.toString('latin1', headerBytes)];
};

const errorOf = (act: () => unknown): number | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof ApiError ? error.errorCode : -1;
  }
};

const mirrorConfig = { mirror: { name: 'O' } };
const sourceConfig = { sources: [{ name: 'O' }] };
const { key } = new Intake({ name: 'O' }, false);

it('mirrors sequences and times, with the gaps', () => {
  const stream = made(mirrorConfig);
  expect(ingest(stream, '', [original(3), original(5, 'b')])).toBe(5);
  expect(view(stream)).toEqual(['3 a 103', '5 b 105']);
  expect([stream.store.first, stream.store.deletedCount, stream.lastTime]).toEqual([3, 1, { seconds: 105, nanos: 7 }]);
  expect(ingest(stream, '', [original(4), original(5), original(6)])).toBe(6);
  expect(view(stream)).toEqual(['3 a 103', '5 b 105', '6 a 106']);
});

it('begins behind what is not wanted of an origin', () => {
  const stream = made(mirrorConfig);
  applyOperation(stream, { kind: 'skip', through: 399 }, 1, 0);
  expect([stream.store.first, stream.store.last]).toEqual([400, 399]);
  expect(ingest(stream, '', [original(400)])).toBe(400);
});

it('gives messages of a source its own sequences and times, each once', () => {
  const stream = made({ ...sourceConfig, subjects: ['own'] });
  stream.publish('own', Buffer.from('x'), 0, 900, 0);
  expect(ingest(stream, key, [original(3), original(5)])).toBe(5);
  expect(ingest(stream, key, [original(5), original(6)])).toBe(6);
  expect(ingest(stream, 'other', [original(5)])).toBe(5);
  expect(view(stream)).toEqual(['1 own 900', '2 a 1000', '3 a 1000', '4 a 1000', '5 a 1000']);
});

it('remembers where it is with a source: over a restart, and when the source was taken out for a while', () => {
  const stream = made(sourceConfig);
  ingest(stream, key, [original(3)]);
  stream.update(checkStreamConfig({ name: 'D', subjects: ['d'] }));
  stream.save();
  const again = new Stream(stream.store, effects, nobody);
  expect(again.takenThrough(key, 'one')).toBe(3);
  expect(ingest(again, key, [original(3)])).toBe(3);
  expect(again.store.messages).toBe(1);
});

it('remembers a thousand places, and of more those that are configured', () => {
  const stream = made(sourceConfig);
  ingest(stream, key, [original(3)]);
  for (let other = 0; other < 1024; other++) ingest(stream, `other ${other}`, [original(1)]);
  expect(stream.takenThrough(key, 'one')).toBe(3);
  expect(stream.takenThrough('other 0', 'one')).toBe(0);
  expect(stream.takenThrough('other 1023', 'one')).toBe(1);
});

it('starts anew with an origin that was made anew', () => {
  const stream = made(sourceConfig);
  ingest(stream, key, [original(3)]);
  expect(stream.takenThrough(key, 'two')).toBe(0);
  ingest(stream, key, [original(1)], 'two');
  expect(view(stream)).toEqual(['1 a 1000', '2 a 1000']);
});

it('takes as many as there is place for, and says why not one more', () => {
  for (const [config, taking] of [
    [mirrorConfig, ''],
    [sourceConfig, key],
  ] as const) {
    const stream = made({ ...config, max_msgs: 2, discard: 'new' });
    expect(ingest(stream, taking, [original(1), original(2), original(3)])).toBe(2);
    expect(errorOf(() => ingest(stream, taking, [original(3)]))).toBe(10077);
    stream.deleteMessage(1, false);
    expect(ingest(stream, taking, [original(3)])).toBe(3);
  }
  const small = made({ ...mirrorConfig, max_msg_size: 3 });
  expect(errorOf(() => ingest(small, '', [original(1, 'a', [], 'long')]))).toBe(10054);
});

it('finds duplicates among what comes from sources where there is a window', () => {
  const id = ['Nats-Msg-Id: i'];
  const none = made(sourceConfig);
  ingest(none, key, [original(1, 'a', id), original(2, 'a', id)]);
  expect(none.store.messages).toBe(2);
  const stream = made({ ...sourceConfig, duplicate_window: 120e9 });
  expect(ingest(stream, key, [original(1, 'a', id), original(2, 'a', id)])).toBe(2);
  expect([stream.store.messages, stream.takenThrough(key, 'one')]).toEqual([1, 2]);
});

it('rolls up and ages where the stream itself does', () => {
  const messages = [
    original(1),
    original(2, 'a', ['Nats-Rollup: sub', 'Nats-TTL: 5s']),
    original(3, 'b', ['Nats-TTL: 0']),
  ];
  const plain = made(mirrorConfig);
  ingest(plain, '', messages);
  expect([plain.store.messages, plain.expiresAt]).toEqual([3, Number.POSITIVE_INFINITY]);
  const rolling = made({ ...mirrorConfig, allow_rollup_hdrs: true, allow_msg_ttl: true });
  ingest(rolling, '', messages);
  expect([rolling.store.messages, rolling.expiresAt]).toEqual([2, 107_001]);
});

it('transforms by the stream’s own transform, too', () => {
  const stream = made({ ...mirrorConfig, subject_transform: { src: 'o.*', dest: 'own.{{wildcard(1)}}' } });
  ingest(stream, '', [original(1, 'o.1')]);
  expect(view(stream)).toEqual(['1 own.1 101']);
});

/** As nats-server 2.15.2 stored them. */
it('adds up counters of several origins by what they have grown', () => {
  const stream = made({ subjects: ['agg.>'], allow_msg_counter: true, ...sourceConfig });
  const counter = (origin: number, from: string, increment: string, total: number): Original =>
    original(
      origin,
      'agg.x',
      [`Nats-Incr: ${increment}`, `Nats-Stream-Source: ${from} ${origin} c.> agg.> c.x w1DIFwZk`],
      `{"val":"${total}"}`,
    );
  ingest(stream, 'c1', [counter(1, 'C1', '5', 5), counter(2, 'C1', '2', 7)]);
  ingest(stream, 'c2', [counter(1, 'C2', '+100', 100)]);
  const own = headerBlock(['Nats-Incr: 1']);
  stream.publish('agg.x', own, own.length, 1000, 0);
  expect(stream.outcome.value).toBe('108');
  // One of its messages got lost on the way.
  ingest(stream, 'c1', [counter(4, 'C1', '7', 4)]);
  expect(headers(stream, 1)).toEqual([
    'Nats-Incr: 5',
    'Nats-Stream-Source: C1 1 c.> agg.> c.x w1DIFwZk',
    'Nats-Counter-Sources: {"C1":{"c.x":"5"}}',
    '{"val":"5"}',
  ]);
  expect(headers(stream, 4)).toEqual([
    'Nats-Incr: 1',
    'Nats-Counter-Sources: {"C1":{"c.x":"7"},"C2":{"c.x":"100"}}',
    '{"val":"108"}',
  ]);
  expect(headers(stream, 5)).toEqual([
    'Nats-Incr: -3',
    'Nats-Stream-Source: C1 4 c.> agg.> c.x w1DIFwZk',
    'Nats-Counter-Sources: {"C1":{"c.x":"4"},"C2":{"c.x":"100"}}',
    '{"val":"105"}',
  ]);
});

it('takes what says of itself what origins were seen for what it is', () => {
  const stream = made({ subjects: ['a'], allow_msg_counter: true, ...sourceConfig });
  const own = headerBlock(['Nats-Incr: 5', 'Nats-Counter-Sources: {"O":7}']);
  stream.publish('a', own, own.length, 1000, 0);
  const lines = ['Nats-Incr: 1', 'Nats-Counter-Sources: {"x":{"y":"1"}}', 'Nats-Stream-Source: O 1 > > a z'];
  ingest(stream, key, [original(1, 'a', lines, '{"val":"1"}')]);
  expect(headers(stream, 2)).toEqual([
    'Nats-Incr: 1',
    'Nats-Counter-Sources: {"O":{"a":"1"}}',
    'Nats-Stream-Source: O 1 > > a z',
    '{"val":"6"}',
  ]);
  expect(errorOf(() => ingest(stream, key, [original(2)]))).toBe(10169);
});

it('copies counters as they are where it counts nothing itself', () => {
  const stream = made(mirrorConfig);
  ingest(stream, '', [original(1, 'a', ['Nats-Incr: 5'], '{"val":"9"}')]);
  expect(headers(stream, 1)).toEqual(['Nats-Incr: 5', '{"val":"9"}']);
});
