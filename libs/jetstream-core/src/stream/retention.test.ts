import { MemoryStreamStore } from '@skein/storage';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkStreamConfig } from './check-stream-config.ts';
import { Stream } from './stream.ts';
import type { Retention } from './stream-config.ts';

const EMPTY = Buffer.alloc(0);
let told: string[];
let wanted: Set<string>;

beforeEach(() => {
  told = [];
  wanted = new Set(['a']);
});

function create(retention: Retention): Stream {
  const store = new MemoryStreamStore({ overheadBytes: 16, headerOverheadBytes: 0 });
  const effects = {
    stored: (sequence: number, subject: string) => told.push(`stored ${sequence} ${subject}`),
    removed: (sequence: number, subject: string) => told.push(`removed ${sequence} ${subject}`),
    purged: (below: number, filter: string) => told.push(`purged below ${below} ${filter}`.trimEnd()),
    republish: () => {},
  };
  const interest = { isWanted: (_: number, subject: string) => wanted.has(subject) };
  return Stream.create(
    store,
    checkStreamConfig({ name: 'S', subjects: ['>'], no_ack: true, retention }),
    effects,
    interest,
  );
}

const publish = (stream: Stream, ...subjects: string[]): number[] =>
  subjects.map((subject) => stream.publish(subject, EMPTY, 0, 1_790_000_000, 0));

describe('a stream that keeps messages for consumers', () => {
  it('of interest stores what somebody wants, and gives the others a sequence', () => {
    const stream = create('interest');
    expect(publish(stream, 'a', 'b', 'a')).toEqual([1, 2, 3]);
    expect(told).toEqual(['stored 1 a', 'stored 3 a']);
    expect(stream.store.messages).toBe(2);
  });

  it('of interest lets go what nobody wants any more', () => {
    const stream = create('interest');
    publish(stream, 'a', 'a');
    stream.release(1);
    expect(stream.store.messages).toBe(2);
    wanted.clear();
    stream.release(1);
    stream.release(1);
    expect(stream.store.first).toBe(2);
    expect(told.slice(2)).toEqual(['removed 1 a']);
  });

  it('of work stores what nobody wants yet', () => {
    const stream = create('workqueue');
    publish(stream, 'b');
    expect(stream.store.messages).toBe(1);
    stream.release(1);
    expect(stream.store.messages).toBe(0);
  });
});

it('a stream with limits keeps what consumers are done with', () => {
  const stream = create('limits');
  publish(stream, 'b');
  stream.release(1);
  expect(stream.store.messages).toBe(1);
});

it('tells of what goes', () => {
  const stream = create('limits');
  publish(stream, 'a', 'b', 'a', 'b');
  told.length = 0;
  stream.deleteMessage(2, false);
  stream.purge({ filter: 'a' });
  stream.purge({ filter: 'a' });
  stream.purge({});
  stream.purge({});
  expect(told).toEqual(['removed 2 b', 'purged below 5 a', 'purged below 5']);
});
