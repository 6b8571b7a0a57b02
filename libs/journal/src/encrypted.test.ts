import { describe, expect, it } from 'vitest';
import { testCipher } from './cipher.fixture.ts';
import type { JournalCipher } from './cipher.ts';
import { type Journal, JournalDamageError, openJournal } from './journal.ts';
import type { Findings } from './scan.ts';
import { JournalFormatError } from './segment-header.ts';
import { SimulatedFiles } from './simulation.ts';

const directory = '/journal';
const cipher = testCipher();

const open = (files: SimulatedFiles, key?: JournalCipher): Promise<{ journal: Journal; findings: Findings }> =>
  openJournal({ directory, files, cipher: key, onDurable() {}, onFailed() {} });

async function textsOf(journal: Journal, from = 1): Promise<string[]> {
  return (await journal.read(from, Number.MAX_SAFE_INTEGER)).map(({ content }) => content.toString());
}

async function write(journal: Journal, ...texts: string[]): Promise<void> {
  for (const text of texts) journal.append(Buffer.from(text));
  await journal.flush();
}

const everything = (files: SimulatedFiles): Buffer => Buffer.concat(files.paths().map((path) => files.bytes(path)));

describe('an encrypted journal', () => {
  it('has nothing in clear, and is read as it was written', async () => {
    const files = new SimulatedFiles(() => 0);
    const { journal } = await open(files, cipher);
    await write(journal, 'one', 'treasure', 'three');
    await write(journal, 'four');
    expect(everything(files).includes('treasure')).toBe(false);
    expect(await textsOf(journal, 2)).toEqual(['treasure', 'three', 'four']);
    await journal.close();
    const again = await open(files, cipher);
    expect(await textsOf(again.journal)).toEqual(['one', 'treasure', 'three', 'four']);
    expect(again.findings).toMatchObject({ last: 4, damage: [], torn: false });
  });

  it('parts a large batch; each entry is found from the part it is in', async () => {
    const files = new SimulatedFiles(() => 0);
    const { journal } = await open(files, cipher);
    const texts = Array.from({ length: 300 }, (_, i) => `${i} `.padEnd(1000 + i));
    texts.push('x'.repeat(300_000), 'last');
    await write(journal, ...texts);
    for (const from of [1, 2, 150, 301, 302]) expect(await textsOf(journal, from)).toEqual(texts.slice(from - 1));
    await journal.close();
    const { journal: again } = await open(files, cipher);
    for (const from of [1, 2, 150, 301, 302]) {
      const [entry] = await again.read(from, 1);
      expect([entry.number, entry.content.toString()]).toEqual([from, texts[from - 1]]);
    }
  });

  it('goes on from a clear one, which goes with its segment', async () => {
    const files = new SimulatedFiles(() => 0);
    const { journal } = await open(files);
    await write(journal, 'clear');
    await journal.close();
    const { journal: again } = await open(files, cipher);
    await write(again, 'hidden');
    expect(await textsOf(again)).toEqual(['clear', 'hidden']);
    await again.truncateBefore(2);
    expect(everything(files).includes('clear')).toBe(false);
    expect(await textsOf(again, 2)).toEqual(['hidden']);
  });

  it('is not opened without a cipher, and nothing is changed', async () => {
    const files = new SimulatedFiles(() => 0);
    const { journal } = await open(files, cipher);
    await write(journal, 'a');
    await journal.close();
    const before = everything(files);
    await expect(open(files)).rejects.toThrow(JournalFormatError);
    expect(everything(files)).toEqual(before);
  });

  it('another key opens nothing', async () => {
    const files = new SimulatedFiles(() => 0);
    const { journal } = await open(files, cipher);
    await write(journal, 'a');
    await write(journal, 'b');
    await journal.close();
    const { journal: again } = await open(files, testCipher('another'));
    expect(await textsOf(again)).toEqual([]);
  });

  it('does not use a place of a segment twice, whatever files are put back', async () => {
    const files = new SimulatedFiles(() => 0);
    const { journal } = await open(files, cipher);
    await write(journal, 'same');
    await journal.close();
    const [path] = files.paths();
    const first = Buffer.from(files.bytes(path));
    await files.remove(path);
    const { journal: again } = await open(files, cipher);
    await write(again, 'same');
    const second = files.bytes(path);
    // Behind header, record header, cipher and salt.
    const text = (bytes: Buffer): string => bytes.subarray(32 + 16 + 17, 32 + 16 + 17 + 40).toString('hex');
    expect(text(first)).not.toBe(text(second));
  });

  it('tells a read that finds bytes gone bad since', async () => {
    const files = new SimulatedFiles(() => 0);
    const { journal } = await open(files, cipher);
    await write(journal, 'a');
    files.flipBit(files.paths()[0], (32 + 16 + 30) * 8);
    await expect(journal.read(1, 10)).rejects.toThrow(JournalDamageError);
  });
});
