import { describe, expect, it } from 'vitest';
import { testCipher } from './cipher.fixture.ts';
import { type Journal, openJournal } from './journal.ts';
import { type FileOperation, SimulatedFiles, withCode } from './simulation.ts';

// A naive twin: what was appended under which number. Everything acknowledged has to be there after whatever happened, as it
// was; what was not acknowledged may be there, but only as it was appended, and without a hole before it.

const SEEDS = Number(process.env.SEEDS ?? 150);
const FIRST_SEED = Number(process.env.SEED ?? 1);
const STEPS = 60;
const cipher = testCipher();

/** mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

class World {
  readonly random: () => number;
  readonly files: SimulatedFiles;
  /** Of the journal's life: every content that may stand under a number now. */
  contents = new Map<number, string>();
  acknowledged = 0;
  /** Let go of. */
  removed = 0;
  serial = 0;
  journal!: Journal;
  life = 0;
  failed = false;
  /** From this life on it is encrypted; half of the worlds never are. */
  readonly encryptedFrom: number;

  constructor(seed: number) {
    this.random = randomOf(seed);
    this.files = new SimulatedFiles(this.random);
    this.encryptedFrom = seed % 2 === 0 ? Number.POSITIVE_INFINITY : seed % 5;
  }

  upTo(n: number): number {
    return Math.floor(this.random() * n);
  }

  async open(): Promise<void> {
    this.failed = false;
    const life = ++this.life;
    const { journal, findings } = await openJournal({
      directory: '/j',
      files: this.files.session(),
      cipher: life >= this.encryptedFrom ? cipher : undefined,
      segmentBytes: 8192,
      // A process that is gone tells nobody anything.
      onDurable: (number) => {
        if (life === this.life) this.acknowledged = number;
      },
      onFailed: () => {
        if (life === this.life) this.failed = true;
      },
      defer: (fn) => queueMicrotask(fn),
    });
    this.journal = journal;
    expect(findings.damage).toEqual([]);
    expect(journal.last).toBeGreaterThanOrEqual(this.acknowledged);
    // What was not acknowledged and is not there never was; what is there stays from here on.
    for (const number of this.contents.keys()) if (number > journal.last) this.contents.delete(number);
    this.acknowledged = journal.last;
    await this.check();
  }

  async check(): Promise<void> {
    let next = Math.max(this.journal.first, 1);
    expect(next).toBeLessThanOrEqual(this.removed + 1);
    while (next <= this.acknowledged) {
      const entries = await this.journal.read(next, 2000);
      expect(entries[0]?.number).toBe(next);
      for (const { number, content } of entries) {
        expect(content.toString()).toBe(this.contents.get(number));
        next = number + 1;
      }
    }
  }

  append(): void {
    const content = `${this.serial++}:`.padEnd(this.upTo(this.random() < 0.05 ? 12_000 : 300), '#');
    const number = this.journal.append(Buffer.from(content));
    if (number > 0) this.contents.set(number, content);
  }

  async step(): Promise<void> {
    const what = this.random();
    if (what < 0.5) for (let i = this.upTo(10); i >= 0; i--) this.append();
    else if (what < 0.65) await this.journal.flush();
    else if (what < 0.72) await this.turns(this.upTo(12));
    else if (what < 0.77) await this.letGo();
    else if (what < 0.8) await this.check();
    else if (what < 0.86) await this.faults();
    else if (what < 0.9) await this.reopen(false);
    else await this.reopen(true);
    if (this.failed) await this.reopen(false);
  }

  async turns(n: number): Promise<void> {
    for (let i = 0; i < n; i++) await Promise.resolve();
  }

  async letGo(): Promise<void> {
    await this.journal.flush();
    const before = 1 + this.upTo(this.acknowledged + 1);
    this.removed = Math.max(this.removed, before - 1);
    await this.journal.truncateBefore(before);
  }

  /** One operation fails. */
  async faults(): Promise<void> {
    const operations: FileOperation[] = ['write', 'datasync', 'create', 'syncDirectory'];
    const failing = operations[this.upTo(operations.length)];
    let armed = true;
    this.files.fault = (operation) => {
      if (!armed || operation !== failing) return undefined;
      armed = false;
      return withCode('EIO');
    };
    this.append();
    await this.journal.flush();
    this.files.fault = undefined;
  }

  /** After a close in order, or with the power cut at whatever was under way; which may happen while opening as well. */
  async reopen(cut: boolean): Promise<void> {
    if (!cut) {
      await this.journal.close();
      await this.open();
      return;
    }
    await this.turns(this.upTo(8));
    for (let tries = this.upTo(3); ; tries--) {
      this.files.powerCut();
      this.life++;
      let operations = tries > 0 ? this.upTo(12) : Number.POSITIVE_INFINITY;
      this.files.fault = () => (--operations < 0 ? withCode('EIO') : undefined);
      try {
        await this.open();
        this.files.fault = undefined;
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EIO') throw error;
      }
    }
  }
}

describe('power cuts, failing writes and restarts at random', () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    it(`seed ${seed}`, async () => {
      const world = new World(seed);
      await world.open();
      for (let i = 0; i < STEPS; i++) await world.step();
      await world.journal.close();
    });
  }
});

describe.each([
  { journal: 'clear', options: {}, lostMax: 1 },
  { journal: 'encrypted', options: { cipher }, lostMax: 6 },
])('one flipped bit, anywhere, $journal', ({ options: encryption, lostMax }) => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS / 2; seed++) {
    it(`seed ${seed}: no record is changed, and what is lost is named`, async () => {
      const random = randomOf(seed);
      const files = new SimulatedFiles(random);
      const options = { directory: '/j', files, segmentBytes: 8192, ...encryption, onDurable() {}, onFailed() {} };
      const contents: string[] = [''];
      const { journal } = await openJournal(options);
      for (let batch = 0; batch < 30; batch++) {
        for (let i = Math.floor(random() * 6); i >= 0; i--) {
          contents.push(`${contents.length}:`.padEnd(Math.floor(random() * 200), '#'));
          journal.append(Buffer.from(contents[contents.length - 1]));
        }
        await journal.flush();
      }
      const proven = journal.last;
      journal.append(Buffer.from('after'));
      contents.push('after');
      await journal.close();
      const paths = files.paths();
      const path = paths[Math.floor(random() * paths.length)];
      const bit = Math.floor(random() * files.bytes(path).length * 8);
      files.flipBit(path, bit);

      const { journal: again, findings } = await openJournal(options);
      const lost = new Set<number>();
      for (const { from, to } of findings.damage) for (let n = from; n <= to; n++) lost.add(n);
      expect(lost.size).toBeLessThanOrEqual(lostMax);
      expect(findings.last).toBeGreaterThanOrEqual(proven);
      for (let number = 1; number <= proven; number++) {
        const [entry] = await again.read(number, 1);
        if (lost.has(number)) expect(entry?.number).not.toBe(number);
        else expect([number, entry.content.toString()]).toEqual([entry.number, contents[number]]);
      }
      await again.close();
    });
  }
});
