import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StreamStore } from '../stream-store.ts';
import { ShardStore } from './shard-store.ts';

let folder: string;
let shard: ShardStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skein-image-'));
  shard = await ShardStore.open(folder, { overheadBytes: 16, headerOverheadBytes: 4 });
});
afterEach(async () => {
  await shard.close();
  rmSync(folder, { recursive: true });
});

function fill(store: StreamStore, messages: number, word: string): void {
  for (let i = 0; i < messages; i++) {
    const sequence = store.last + 1;
    store.append(sequence, `s.${sequence % 7}`, Buffer.from(`${word} ${sequence}`.padEnd(60)), 0, sequence, 5);
  }
}

/** Everything that can be read of a stream. */
function everything(store: StreamStore): unknown {
  const messages: string[] = [];
  for (let at = store.next(0); at > 0; at = store.next(at + 1)) {
    const { subject, content, seconds, nanos } = store.get(at) as NonNullable<ReturnType<StreamStore['get']>>;
    messages.push(`${at} ${subject} ${seconds} ${nanos} ${content}`);
  }
  const { first, last, bytes, deletedCount, subjectCount } = store;
  const values = [...store.values('')].map(([name, value]) => `${name}=${value}`);
  return { messages, first, last, bytes, deletedCount, subjectCount, values };
}

describe('the image of a stream', () => {
  it('is the stream as the flush wrote it, whatever becomes of it', async () => {
    const stream = shard.create();
    fill(stream, 3000, 'old');
    for (const sequence of [5, 70, 71, 2000]) stream.remove(sequence);
    stream.setValue('config', Buffer.from('1'));
    stream.setValue('consumer', Buffer.from('x'));
    await shard.flush(1);
    fill(stream, 100, 'newer');
    const wanted = shard.image(stream.id);
    const expected = everything(stream);
    const flushing = shard.flush(2);
    // What happens from here on is no part of it.
    fill(stream, 10, 'newest');
    stream.setValue('config', Buffer.from('2'));
    stream.setValue('consumer', undefined);
    await flushing;
    const image = await wanted;
    stream.removeThrough(1500);
    stream.remove(1600, true);
    await shard.flush(3);
    expect(everything(image.store)).toEqual(expected);
    stream.removeThrough(stream.last);
    await shard.flush(4);
    await shard.idle();
    shard.drop(stream.id);
    await shard.flush(5);
    await shard.idle();
    expect(everything(image.store)).toEqual(expected);
    await image.close();
  });

  it('of a stream that is gone by then is none', async () => {
    const stream = shard.create();
    await shard.flush(1);
    const wanted = shard.image(stream.id);
    shard.drop(stream.id);
    await Promise.all([expect(wanted).rejects.toThrow('no stream'), shard.flush(2)]);
  });

  it('is none when the store is closed before', async () => {
    const wanted = shard.image(shard.create().id);
    await Promise.all([expect(wanted).rejects.toThrow('closed'), shard.close()]);
    shard = await ShardStore.open(folder, { overheadBytes: 16, headerOverheadBytes: 4 });
  });
});
