import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StreamStore } from '../stream-store.ts';
import { compressPage, expandPage } from './compressed-page.ts';
import { ShardStore } from './shard-store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skein-compressed-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (): Promise<ShardStore> => ShardStore.open(folder, { overheadBytes: 16, headerOverheadBytes: 4 });

const bytesOnDisk = (): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce(
    (sum, name) => sum + statSync(join(folder, name)).size,
    0,
  );

function fill(store: StreamStore, messages: number): void {
  for (let i = 0; i < messages; i++) {
    const sequence = store.last + 1;
    store.append(sequence, `s.${sequence % 9}`, Buffer.from(`order ${sequence} of a customer, `.repeat(20)), 0, 1, 2);
  }
}

const only = (shard: ShardStore): StreamStore => [...shard.streams.values()][0] as StreamStore;

describe('a compressed stream', () => {
  it('takes less of the disk, counts the same, and is read as it was written', async () => {
    const sizes: number[] = [];
    const bytes: number[] = [];
    for (const isCompressed of [false, true]) {
      const shard = await open();
      const stream = shard.create();
      stream.isCompressed = isCompressed;
      fill(stream, 3000);
      await shard.flush(1);
      bytes.push(stream.bytes);
      await shard.close();
      const again = await open();
      for (const sequence of [1, 1500, 3000]) {
        expect(only(again).get(sequence)?.content.toString()).toBe(`order ${sequence} of a customer, `.repeat(20));
      }
      again.drop((only(again) as StreamStore & { id: number }).id);
      await again.close();
      sizes.push(bytesOnDisk());
      rmSync(folder, { recursive: true });
    }
    expect(sizes[1]).toBeLessThan((sizes[0] as number) / 5);
    expect(bytes[1]).toBe(bytes[0]);
    folder = mkdtempSync(join(tmpdir(), 'skein-compressed-'));
  });

  it('may be switched on and off: pages of both kinds lie side by side', async () => {
    const shard = await open();
    const stream = shard.create();
    for (const isCompressed of [false, true, false]) {
      stream.isCompressed = isCompressed;
      fill(stream, 300);
      await shard.flush(stream.last);
    }
    // What is left of a page is written anew.
    stream.isCompressed = true;
    for (let sequence = 2; sequence < 900; sequence += 3) {
      stream.remove(sequence);
      stream.remove(sequence + 1);
    }
    await shard.flush(901);
    await shard.close();
    const again = await open();
    const left: number[] = [];
    for (let at = only(again).next(0); at > 0; at = only(again).next(at + 1)) {
      left.push(at);
      expect(only(again).get(at)?.content.toString()).toBe(`order ${at} of a customer, `.repeat(20));
    }
    expect(left).toHaveLength(300);
    await again.close();
  });
});

describe('a page', () => {
  it('that would not become smaller stays as it is', () => {
    const page = Buffer.concat([Buffer.from([1, 0, 0, 0]), crypto.getRandomValues(Buffer.alloc(1000))]);
    expect(compressPage(page)).toBe(page);
    expect(expandPage(page)).toBe(page);
  });

  it('does not become larger than it says', () => {
    const page = Buffer.concat([Buffer.from([1, 0, 0, 0]), Buffer.alloc(5000)]);
    const compressed = compressPage(page);
    expect(expandPage(compressed)).toEqual(page);
    compressed.writeUInt32LE(100, 4);
    expect(() => expandPage(compressed)).toThrow();
  });
});
