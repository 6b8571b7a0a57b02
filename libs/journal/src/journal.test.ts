import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Entry, type Journal, JournalDamageError, openJournal } from './journal.ts';
import type { Findings } from './scan.ts';
import { SimulatedFiles, withCode } from './simulation.ts';

const SEGMENT_BYTES = 4096;
const directory = '/journal';

/** A journal, and what it told. */
class Bench {
  readonly files: SimulatedFiles;
  durable: number[] = [];
  failures: Error[] = [];
  journal!: Journal;
  findings!: Findings;
  /** What `setTimer` was given. */
  timers: (() => void)[] = [];
  syncIntervalMs = 0;
  pendingBytesMax = 1024 * 1024;

  constructor(files = new SimulatedFiles(() => 0.9)) {
    this.files = files;
  }

  async open(): Promise<this> {
    this.durable = [];
    this.failures = [];
    const { journal, findings } = await openJournal({
      directory,
      files: this.files,
      segmentBytes: SEGMENT_BYTES,
      pendingBytesMax: this.pendingBytesMax,
      syncIntervalMs: this.syncIntervalMs,
      onDurable: (number) => {
        this.durable.push(number);
        this.told(number);
      },
      onFailed: (error) => this.failures.push(error),
      defer: (fn) => queueMicrotask(fn),
      setTimer: (_, fn) => {
        this.timers.push(fn);
        return () => this.timers.splice(this.timers.indexOf(fn), 1);
      },
    });
    this.journal = journal;
    this.findings = findings;
    return this;
  }

  told: (number: number) => void = () => {};

  append(...texts: string[]): number {
    let number = 0;
    for (const text of texts) number = this.journal.append(Buffer.from(text));
    return number;
  }

  /** One batch. */
  async write(...texts: string[]): Promise<number> {
    const number = this.append(...texts);
    await this.journal.flush();
    return number;
  }

  async texts(from = 1): Promise<string[]> {
    return (await this.all(from)).map(({ content }) => content.toString());
  }

  async all(from = 1): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (let next = from; ; ) {
      const more = await this.journal.read(next, 300);
      if (more.length === 0) return entries;
      entries.push(...more.map(({ number, content }) => ({ number, content: Buffer.from(content) })));
      next = more[more.length - 1].number + 1;
    }
  }

  segment(ordinal: number): string {
    return `${directory}/${ordinal.toString(16).padStart(8, '0')}.journal`;
  }

  /** Turns over a bit in the text where it stands on disk. */
  harm(text: string): void {
    for (const path of this.files.paths()) {
      const at = this.files.bytes(path).indexOf(text);
      if (at < 0) continue;
      this.files.flipBit(path, at * 8 + 3);
      return;
    }
    throw new Error(`${text} is nowhere`);
  }
}

const bench = () => new Bench().open();

describe('appending', () => {
  it('numbers from 1 and tells when all up to a number is on disk', async () => {
    const b = await bench();
    expect(b.append('a', 'b', 'c')).toBe(3);
    expect(b.durable).toEqual([]);
    await b.journal.flush();
    expect(b.durable).toEqual([3]);
    expect(await b.write('d')).toBe(4);
    expect(b.durable).toEqual([3, 4]);
    expect(await b.texts()).toEqual(['a', 'b', 'c', 'd']);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('writes what is appended %i microtasks after it told', async (microtasks) => {
    const b = await bench();
    const second = new Promise<void>((resolve) => {
      b.told = async (number) => {
        if (number === 2) resolve();
        if (number > 1) return;
        for (let left = microtasks; left > 0; left--) await undefined;
        b.append('b');
      };
    });
    b.append('a');
    await second;
    expect(b.durable).toEqual([1, 2]);
  });

  it('does not tell before the sync', async () => {
    const b = await bench();
    const seen: number[][] = [];
    b.files.fault = (operation) => {
      if (operation === 'datasync') seen.push([...b.durable]);
      return undefined;
    };
    await b.write('a');
    expect(seen).toEqual([[]]);
    expect(b.durable).toEqual([1]);
  });

  it('writes what came meanwhile as one batch', async () => {
    const b = await bench();
    let writes = 0;
    b.files.fault = (operation) => {
      // While the first is being synced.
      if (operation === 'datasync' && writes++ === 0) b.append('b', 'c', 'd');
      return undefined;
    };
    await b.write('a');
    expect(b.durable).toEqual([1, 4]);
  });

  it('takes no more than the bound, and again when there is room', async () => {
    const b = new Bench();
    b.pendingBytesMax = 1000;
    await b.open();
    const text = 'x'.repeat(300);
    expect(b.append(text, text)).toBe(2);
    expect(b.append(text)).toBe(0);
    await b.journal.flush();
    expect(b.append(text)).toBe(3);
    await b.journal.flush();
    expect(b.durable).toEqual([2, 3]);
  });

  it('goes on in a new segment, where one record may be longer than a segment', async () => {
    const b = await bench();
    const texts = ['a'.repeat(3000), 'b'.repeat(3000), 'c'.repeat(9000), '', 'd'];
    for (const text of texts) await b.write(text);
    expect(b.files.paths().length).toBeGreaterThan(2);
    expect(await b.texts()).toEqual(texts);
    await b.journal.close();
    await b.open();
    expect(await b.texts()).toEqual(texts);
    expect(b.findings).toMatchObject({ first: 1, last: 5, damage: [], torn: false });
  });

  it('reads a record that is longer than a read', async () => {
    const b = await bench();
    const long = 'y'.repeat(700_000);
    await b.write('a', long, 'b');
    expect(await b.texts()).toEqual(['a', long, 'b']);
  });

  it('reads from the middle of many', async () => {
    const b = await bench();
    const texts = Array.from({ length: 2000 }, (_, i) => `${i}`.padEnd(100, '.'));
    await b.write(...texts);
    expect((await b.journal.read(1500, 1))[0]).toMatchObject({ number: 1500, content: Buffer.from(texts[1499]) });
    expect((await b.journal.read(2001, 1)).length).toBe(0);
  });
});

describe('opening again', () => {
  it('goes on with the next number', async () => {
    const b = await bench();
    await b.write('a', 'b');
    await b.journal.close();
    await b.open();
    expect(await b.write('c')).toBe(3);
    await b.journal.close();
    await b.open();
    expect(await b.texts()).toEqual(['a', 'b', 'c']);
  });

  it('writes nothing when there is nothing to prove', async () => {
    const b = await bench();
    await b.open();
    expect(b.files.paths()).toEqual([]);
    expect(b.findings).toEqual({ first: 1, last: 0, proven: 0, damage: [], torn: false });
  });

  it('writes the last batch once more: a failed sync may have left it in memory alone', async () => {
    const b = await bench();
    await b.write('a');
    await b.write('bbbbbbbb', 'c');
    await b.open();
    expect(b.findings).toMatchObject({ last: 3, proven: 1 });
    // The first segment's tail is gone, as if it had never been on disk: the copies count.
    const old = b.files.bytes(b.segment(1));
    b.files.flipBit(b.segment(1), old.indexOf('bbbbbbbb') * 8);
    await b.open();
    expect(await b.texts()).toEqual(['a', 'bbbbbbbb', 'c']);
    expect(b.findings.damage).toEqual([]);
  });

  it('keeps the old copies until the new ones are whole', async () => {
    const b = await bench();
    await b.write('a');
    await b.write('b', 'c');
    b.files.fault = (operation, path) =>
      operation === 'datasync' && path === b.segment(2) ? withCode('EIO') : undefined;
    await expect(b.open()).rejects.toThrow('EIO');
    b.files.fault = undefined;
    const cut = b.files.bytes(b.segment(2));
    // Bad bytes where the cut that makes the copies count stands.
    b.files.flipBit(b.segment(2), (cut.lastIndexOf('c') + 8 + 14) * 8);
    await b.open();
    expect(await b.texts()).toEqual(['a', 'b', 'c']);
    expect(b.findings.damage).toEqual([]);
  });

  it('refuses a version that it does not know, and files without a header', async () => {
    const b = await bench();
    await b.write('a');
    const header = b.files.bytes(b.segment(1));
    header[8] = 9;
    const { crc32 } = await import('node:zlib');
    header.writeUInt32LE(crc32(header.subarray(0, 24)), 24);
    const file = await b.files.open(b.segment(1));
    await file.write(header, 0);
    await expect(b.open()).rejects.toThrow('a journal of version 9, this reads 1');
    await file.write(Buffer.alloc(8, 1), 0);
    await expect(b.open()).rejects.toThrow('no segment in /journal has a header that can be read');
  });

  it('needs one whole header, not each', async () => {
    const b = await bench();
    await b.write('a'.repeat(3000));
    await b.write('b'.repeat(3000));
    await b.write('c');
    b.files.flipBit(b.segment(1), 100);
    await b.open();
    expect((await b.texts()).map((text) => text[0])).toEqual(['a', 'b', 'c']);
  });
});

describe('the end of a journal that lost its power', () => {
  it('is cut off where a batch is not whole', async () => {
    const b = await bench();
    await b.write('a');
    await b.write('bbbb', 'cccc', 'dddd');
    b.harm('cccc');
    await b.open();
    expect(b.findings).toMatchObject({ last: 2, damage: [], torn: true });
    expect(await b.texts()).toEqual(['a', 'bbbb']);
    expect(await b.write('e')).toBe(3);
    await b.write('f');
    await b.open();
    expect(await b.texts()).toEqual(['a', 'bbbb', 'e', 'f']);
    expect(b.findings).toMatchObject({ damage: [], torn: false });
  });

  it('shows nothing of what stands behind it', async () => {
    const b = await bench();
    await b.write('a');
    await b.write('bbbb', 'cccc', 'dddd');
    b.harm('bbbb');
    await b.open();
    expect(b.findings).toMatchObject({ last: 1, proven: 1, torn: true });
    expect(await b.texts()).toEqual(['a']);
  });

  it('is damage when a later batch says that it was on disk', async () => {
    const b = await bench();
    await b.write('a');
    await b.write('bbbb', 'cccc', 'dddd');
    await b.write('e');
    b.harm('cccc');
    await b.open();
    expect(b.findings.damage).toEqual([{ from: 3, to: 3, segment: 1, offset: expect.any(Number) }]);
    expect(b.findings).toMatchObject({ first: 1, last: 5, torn: false });
    expect(await b.journal.read(1, 1000)).toHaveLength(2);
    expect(await b.texts(4)).toEqual(['dddd', 'e']);
  });

  it('is none any more when what is behind it was cut off', async () => {
    const b = await bench();
    await b.write('a');
    await b.write('bbbb', 'cccc', 'dddd');
    await b.write('e');
    b.harm('cccc');
    await b.open();
    b.journal.cut(2);
    await b.open();
    expect(b.findings).toMatchObject({ first: 1, last: 2, damage: [] });
    await b.write('f');
    await b.open();
    expect(b.findings).toMatchObject({ last: 3, damage: [] });
    expect(await b.texts()).toEqual(['a', 'bbbb', 'f']);
  });

  it('reports a harmed mark, and that no entry is lost', async () => {
    const b = await bench();
    await b.write('aaaaaaaa');
    const before = b.files.bytes(b.segment(1)).indexOf('aaaaaaaa');
    await b.write('b');
    await b.write('c');
    // The record behind it is the second batch's mark.
    b.files.flipBit(b.segment(1), (before + 8 + 9) * 8);
    await b.open();
    expect(await b.texts()).toEqual(['aaaaaaaa', 'b', 'c']);
    expect(b.findings.damage).toEqual([{ from: 2, to: 1, segment: 1, offset: before + 8 }]);
  });

  it('reports a segment that is gone', async () => {
    const b = await bench();
    for (const letter of ['a', 'b', 'c', 'd']) await b.write(letter.repeat(3000));
    await b.files.remove(b.segment(2));
    await b.open();
    expect(b.findings.damage).toMatchObject([{ from: 2, to: 2 }]);
    expect((await b.texts(3)).map((text) => text[0])).toEqual(['c', 'd']);
  });

  it('is not misled by content that looks like records', async () => {
    const other = await bench();
    await other.write('not real');
    const imitation = Buffer.from(other.files.bytes(other.segment(1)).subarray(32));
    const b = await bench();
    await b.write('real');
    await b.write('x');
    b.journal.append(Buffer.concat([Buffer.from('harm me '), imitation]));
    await b.write('y');
    await b.write('z');
    b.harm('harm me ');
    await b.open();
    expect(await b.journal.read(1, 1000)).toHaveLength(2);
    expect(b.findings.damage).toMatchObject([{ from: 3, to: 3 }]);
    expect(await b.texts(4)).toEqual(['y', 'z']);
  });

  it('tells a read that finds bytes gone bad since', async () => {
    const b = await bench();
    await b.write('aaaa', 'bbbb', 'cccc');
    b.harm('bbbb');
    await expect(b.journal.read(1, 1000)).rejects.toThrow(JournalDamageError);
  });
});

describe('a write that fails', () => {
  it.each(['write', 'datasync', 'create', 'syncDirectory'] as const)(
    '%s: nothing pending counts, nothing more is taken',
    async (operation) => {
      const b = await bench();
      await b.write('a'.repeat(3000));
      b.files.fault = (what) => (what === operation ? withCode('EIO') : undefined);
      b.append('b'.repeat(3000));
      await b.journal.flush();
      expect(b.failures.map(({ message }) => message)).toEqual(['EIO']);
      expect(b.append('c')).toBe(0);
      await b.journal.close();
      expect(b.durable).toEqual([1]);
      b.files.fault = undefined;
      await b.open();
      expect((await b.texts())[0]).toBe('a'.repeat(3000));
      expect(b.findings.damage).toEqual([]);
      await b.write('d');
      expect((await b.texts()).at(-1)).toBe('d');
    },
  );

  it('a full disk: an error, and all that was acknowledged is there when there is room again', async () => {
    const b = await bench();
    b.files.capacityBytes = 3 * SEGMENT_BYTES;
    let last = 0;
    while (b.failures.length === 0) last = (await b.write('x'.repeat(500))) || last;
    expect(b.failures[0].message).toBe('ENOSPC');
    const acknowledged = b.durable.at(-1) as number;
    expect(acknowledged).toBeGreaterThan(5);
    await b.journal.close();
    await expect(b.open()).rejects.toThrow('ENOSPC');
    b.files.capacityBytes = Number.POSITIVE_INFINITY;
    await b.open();
    expect(b.journal.last).toBeGreaterThanOrEqual(acknowledged);
    expect(b.findings.damage).toEqual([]);
    expect(await b.write('y')).toBe(b.journal.last);
  });
});

describe('taking back and letting go', () => {
  it('cut: numbers begin anew after it', async () => {
    const b = await bench();
    await b.write('a', 'b', 'c');
    b.journal.cut(1);
    await b.write('B');
    expect(await b.texts()).toEqual(['a', 'B']);
    await b.write('C');
    await b.open();
    expect(await b.texts()).toEqual(['a', 'B', 'C']);
    expect(b.findings).toMatchObject({ last: 3, damage: [] });
  });

  it('cut within a batch', async () => {
    const b = await bench();
    b.append('a', 'b');
    b.journal.cut(0);
    expect(b.append('A')).toBe(1);
    await b.journal.flush();
    expect(await b.texts()).toEqual(['A']);
    await b.open();
    expect(await b.texts()).toEqual(['A']);
  });

  it('a harmed cut is seen by the numbers that come after it', async () => {
    const b = await bench();
    await b.write('aaaa', 'bbbb', 'cccc');
    const end = b.files.bytes(b.segment(1)).indexOf('cccc') + 8;
    b.journal.cut(1);
    await b.write('B');
    await b.write('C');
    // After the mark of the batch.
    b.files.flipBit(b.segment(1), (end + 16 + 8) * 8);
    await b.open();
    expect(await b.texts()).toEqual(['aaaa', 'B', 'C']);
    expect(b.findings.damage.length).toBe(0);
  });

  it('truncateBefore deletes whole segments, and numbers go on', async () => {
    const b = await bench();
    for (const letter of ['a', 'b', 'c', 'd']) await b.write(letter.repeat(3000));
    expect(b.journal.segments).toBe(4);
    await b.journal.truncateBefore(3);
    expect(b.journal.first).toBe(3);
    expect(b.files.paths()).toEqual([b.segment(3), b.segment(4)]);
    await b.journal.truncateBefore(100);
    expect(b.files.paths()).toEqual([b.segment(4)]);
    await b.open();
    expect(b.journal.last).toBe(4);
    expect(b.findings).toMatchObject({ first: 4, last: 4, damage: [] });
    expect(await b.write('e')).toBe(5);
  });

  it('numbers go on after everything was let go', async () => {
    const b = await bench();
    await b.write('a'.repeat(3000));
    await b.write('b'.repeat(3000));
    await b.journal.close();
    await b.open();
    await b.journal.truncateBefore(3);
    await b.journal.close();
    await b.open();
    expect(await b.write('c')).toBe(3);
    await b.journal.truncateBefore(3);
    await b.open();
    expect(await b.texts(3)).toEqual(['c']);
    expect(b.findings.damage).toEqual([]);
  });
});

describe('a sync now and then', () => {
  it('tells what is written, and syncs by the timer', async () => {
    const b = new Bench();
    b.syncIntervalMs = 1000;
    await b.open();
    let syncs = 0;
    b.files.fault = (operation) => {
      if (operation === 'datasync') syncs++;
      return undefined;
    };
    b.append('a');
    await Promise.resolve();
    await come(() => b.durable.length === 1);
    b.append('b');
    await come(() => b.durable.length === 2);
    expect(syncs).toBe(0);
    expect(b.journal.synced).toBe(0);
    expect(b.timers.length).toBe(1);
    b.timers[0]();
    await come(() => b.journal.synced === 2);
    expect(syncs).toBe(1);
    expect(b.timers.length).toBe(0);
  });
});

it('with a sync now and then, a segment is synced before the next one vouches for it', async () => {
  const b = new Bench(new SimulatedFiles(() => 0.1));
  b.syncIntervalMs = 1000;
  await b.open();
  for (const letter of ['a', 'b', 'c']) {
    b.append(letter.repeat(3000));
    await come(() => b.journal.written === b.journal.last);
  }
  b.timers[0]();
  await come(() => b.journal.synced === 3);
  // Nothing that was not synced is left.
  b.files.powerCut();
  await b.open();
  expect((await b.texts()).map((text) => text[0])).toEqual(['a', 'b', 'c']);
});

it('works on the machine’s files', async () => {
  const place = mkdtempSync(join(tmpdir(), 'journal-'));
  const options = {
    directory: join(place, 'shard', 'journal'),
    segmentBytes: 64 * 1024,
    onDurable() {},
    onFailed() {},
  };
  try {
    const { journal } = await openJournal(options);
    for (let i = 1; i <= 1000; i++) expect(journal.append(Buffer.from(`entry ${i}`.padEnd(i)))).toBe(i);
    await journal.flush();
    await journal.close();
    const again = await openJournal(options);
    expect(again.findings).toMatchObject({ first: 1, last: 1000, damage: [] });
    let next = 1;
    while (next <= 1000) {
      for (const { number, content } of await again.journal.read(next, 50_000)) {
        expect(content.toString()).toBe(`entry ${number}`.padEnd(number));
        next = number + 1;
      }
    }
    await again.journal.close();
  } finally {
    rmSync(place, { recursive: true });
  }
});

async function come(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns++) {
    if (turns > 1000) throw new Error('did not come');
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
