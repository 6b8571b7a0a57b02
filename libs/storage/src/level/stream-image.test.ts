import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryStreamStore } from '../memory-stream-store.ts';
import type { StreamImage, StreamStore } from '../stream-store.ts';
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
function everything(image: StreamImage): unknown {
  const messages = [...image.stored()].map(
    ({ sequence, subject, content, seconds, nanos }) => `${sequence} ${subject} ${seconds} ${nanos} ${content}`,
  );
  const { first, last, bytes, deletedCount, subjectCount } = image;
  const values = [...image.values('')].map(([name, value]) => `${name}=${value}`);
  return { messages, count: image.messages, first, last, bytes, deletedCount, subjectCount, values };
}

describe('the image of a stream', () => {
  it('is the stream as the flush wrote it, whatever becomes of it', async () => {
    const stream = shard.create();
    const twin = new MemoryStreamStore({ overheadBytes: 16, headerOverheadBytes: 4 });
    for (const store of [stream, twin]) {
      fill(store, 3000, 'old');
      for (const sequence of [5, 70, 71, 2000]) store.remove(sequence);
      store.setValue('config', Buffer.from('1'));
      store.setValue('consumer', Buffer.from('x'));
    }
    await shard.flush(1);
    for (const store of [stream, twin]) fill(store, 100, 'newer');
    const wanted = shard.image(stream.id);
    const flushing = shard.flush(2);
    const expected = everything(twin.image());
    const twinImage = twin.image();
    // What happens from here on is no part of it.
    for (const store of [stream, twin]) {
      fill(store, 10, 'newest');
      store.setValue('config', Buffer.from('2'));
      store.setValue('consumer', undefined);
    }
    await flushing;
    const image = await wanted;
    for (const store of [stream, twin]) {
      store.removeThrough(1500);
      store.remove(1600);
    }
    await shard.flush(3);
    expect(everything(image)).toEqual(expected);
    for (const store of [stream, twin]) store.removeThrough(store.last);
    await shard.flush(4);
    await shard.idle();
    shard.drop(stream.id);
    await shard.flush(5);
    await shard.idle();
    expect(everything(image)).toEqual(expected);
    expect(everything(twinImage)).toEqual(expected);
    await image.close();
    await twinImage.close();
    expect([...twinImage.stored()]).toEqual([]);
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
