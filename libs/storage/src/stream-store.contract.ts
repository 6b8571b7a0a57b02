import { matches } from '@skein/subjects';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamStore } from './stream-store.ts';
import { subjectFilter } from './subject-filter.ts';

/** What every implementation does, in the words of tests. `overheadBytes`: what a message without headers counts for. */
export interface Subject {
  create(): StreamStore | Promise<StreamStore>;
  /** Another view of the same stream, as after a restart. Default: the same. */
  reopen?(store: StreamStore): Promise<StreamStore>;
  /** Begins to write it down; what follows happens meanwhile. */
  flush?(store: StreamStore): Promise<void>;
  overheadBytes: number;
  /** How many random runs. Default 150. */
  runs?: number;
}

const content = (text: string): Buffer => Buffer.from(text, 'latin1');

function fill(store: StreamStore, ...subjects: string[]): StreamStore {
  for (const subject of subjects) store.append(store.last + 1, subject, content(`to ${subject}`), 0, 1700000000, 1);
  return store;
}

/** A stream as a list. */
class Model {
  first = 1;
  last = 0;
  list: { sequence: number; subject: string; bytes: number }[] = [];

  append(sequence: number, subject: string, bytes: number): void {
    if (this.list.length === 0) this.first = sequence;
    this.list.push({ sequence, subject, bytes });
    this.last = sequence;
  }

  remove(sequence: number): boolean {
    const before = this.list.length;
    this.list = this.list.filter((message) => message.sequence !== sequence);
    if (sequence === this.first && before > this.list.length) this.first = this.list[0]?.sequence ?? this.last + 1;
    return this.list.length < before;
  }

  removeThrough(sequence: number): number {
    const before = this.list.length;
    this.list = this.list.filter((message) => message.sequence > sequence);
    this.last = Math.max(this.last, sequence);
    this.first = this.list[0]?.sequence ?? this.last + 1;
    return before - this.list.length;
  }

  matching(patterns: readonly string[]): number[] {
    const fits = ({ subject }: { subject: string }): boolean =>
      patterns.length === 0 || patterns.some((pattern) => matches(pattern, subject));
    return this.list.filter(fits).map(({ sequence }) => sequence);
  }
}

const subjects = ['a', 'a.b', 'a.c', 'a.b.c', 'x.b', 'x.y.z', 'orders.1', 'orders.2'];
const filters = [
  [],
  ['a'],
  ['a.*'],
  ['a.>'],
  ['>'],
  ['x.b', 'orders.1'],
  ['*.b', 'orders.*'],
  ['none'],
  ['none.*'],
  ['a', 'a'],
];

type Step =
  | { do: 'append'; subject: string; bytes: number; gap: number }
  | { do: 'remove' | 'removeThrough' | 'skipTo'; at: number }
  | { do: 'reopen' }
  | { do: 'flush' };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      subject: fc.constantFrom(...subjects),
      bytes: fc.nat(40),
      gap: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.nat(3000)),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('remove' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
  fc.record({
    do: fc.constantFrom('removeThrough' as const, 'skipTo' as const),
    at: fc.double({ min: 0, max: 1.1, noNaN: true }),
  }),
  fc.record({ do: fc.constant('reopen' as const) }),
  fc.record({ do: fc.constant('flush' as const) }),
);

export function streamStoreContract(name: string, subject: Subject): void {
  describe(`${name}: a stream's store`, () => {
    it('is empty at first', async () => {
      expect(picture(await subject.create())).toEqual({
        first: 1,
        last: 0,
        messages: 0,
        bytes: 0,
        subjectCount: 0,
        deletedCount: 0,
      });
    });

    it('gives back what was stored', async () => {
      const store = await subject.create();
      store.append(1, 'a.b', content('NATS/1.0\r\n\r\nhello'), 12, 1700000000, 999_999_999);
      expect(store.get(1)).toMatchObject({
        sequence: 1,
        subject: 'a.b',
        headerBytes: 12,
        seconds: 1700000000,
        nanos: 999_999_999,
      });
      expect(store.get(1)?.content.toString()).toBe('NATS/1.0\r\n\r\nhello');
      expect(store.get(2)).toBeUndefined();
      expect(store.get(0)).toBeUndefined();
    });

    it('counts bytes', async () => {
      const store = fill(await subject.create(), 'a.b', 'c');
      expect(store.bytes).toBe(2 * subject.overheadBytes + 'a.b'.length + 'to a.b'.length + 'c'.length + 'to c'.length);
      store.remove(1);
      expect(store.bytes).toBe(subject.overheadBytes + 'c'.length + 'to c'.length);
    });

    it('keeps bytes that are no text', async () => {
      const store = await subject.create();
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
      store.append(1, 'caf\xc3\xa9.\xff', bytes, 0, 1, 0);
      expect(store.get(1)?.content.equals(bytes)).toBe(true);
      expect(store.get(1)?.subject).toBe('caf\xc3\xa9.\xff');
      expect(store.next(1, subjectFilter(['*.\xff']))).toBe(1);
    });

    it('refuses a sequence a second time', async () => {
      const store = fill(await subject.create(), 'a', 'a');
      expect(() => store.append(2, 'a', content(''), 0, 1, 0)).toThrow(RangeError);
    });

    it('removes one message', async () => {
      const store = fill(await subject.create(), 'a', 'b', 'a');
      expect(store.remove(2)).toBe(true);
      expect(store.remove(2)).toBe(false);
      expect(store.get(2)).toBeUndefined();
      expect(picture(store)).toMatchObject({ first: 1, last: 3, messages: 2, subjectCount: 1, deletedCount: 1 });
      expect(store.deleted(1, 10)).toEqual([2]);
      store.remove(1);
      expect(picture(store)).toMatchObject({ first: 3, deletedCount: 0 });
      store.remove(3);
      expect(picture(store)).toMatchObject({ first: 4, last: 3, messages: 0, bytes: 0, subjectCount: 0 });
    });

    it('overwrites what is removed for good', async () => {
      const store = await subject.create();
      const secret = content('secret');
      store.append(1, 'a', secret, 0, 1, 0);
      const kept = store.get(1)?.content;
      expect(kept?.toString('latin1')).toContain('secret');
      store.remove(1, true);
      expect(kept?.toString('latin1')).not.toContain('secret');
    });

    it('removes everything up to a sequence', async () => {
      const store = fill(await subject.create(), 'a', 'b', 'c', 'd');
      expect(store.removeThrough(2)).toBe(2);
      expect(picture(store)).toMatchObject({ first: 3, last: 4, messages: 2, deletedCount: 0 });
      expect(store.removeThrough(10)).toBe(2);
      expect(picture(store)).toMatchObject({ first: 11, last: 10, messages: 0 });
      fill(store, 'e');
      expect(store.get(11)?.subject).toBe('e');
    });

    it('begins where it is told to', async () => {
      const store = await subject.create();
      store.skipTo(99);
      fill(store, 'a');
      expect(picture(store)).toMatchObject({ first: 100, last: 100, deletedCount: 0 });
    });

    it('has gaps where sequences were left out', async () => {
      const store = fill(await subject.create(), 'a');
      store.append(5, 'a', content(''), 0, 1, 0);
      store.skipTo(6);
      expect(picture(store)).toMatchObject({ first: 1, last: 6, messages: 2, deletedCount: 4 });
      expect(store.deleted(1, 3)).toEqual([2, 3, 4]);
      expect(store.deleted(5, 3)).toEqual([6]);
    });

    it('knows each subject', async () => {
      const store = fill(await subject.create(), 'a', 'b', 'a', 'a');
      expect(store.subject('a')).toMatchObject({ messages: 3, first: 1, last: 4 });
      expect(store.subject('none')).toBeUndefined();
      store.remove(4);
      store.remove(1);
      expect(store.subject('a')).toMatchObject({ messages: 1, first: 3, last: 3 });
      expect([...store.subjects(subjectFilter(['b']))].map(([subject]) => subject)).toEqual(['b']);
    });

    it('finds the next of a rare subject among many', async () => {
      const store = await subject.create();
      for (let i = 0; i < 3000; i++) fill(store, i === 2500 ? 'rare.one' : `often.${i % 7}`);
      expect(store.next(1, subjectFilter(['rare.*']))).toBe(2501);
      expect(store.next(2502, subjectFilter(['rare.*']))).toBe(0);
      expect(store.previous(3000, subjectFilter(['rare.>']))).toBe(2501);
      expect(store.count(100, subjectFilter(['often.3', 'rare.*']))).toBe(415 + 1);
    });

    it('keeps small values, in order of their keys', async () => {
      const store = await subject.create();
      for (const key of ['c/2', 'c/1', 'd', 'c/10']) store.setValue(key, content(key));
      expect([...store.values('c/')].map(([key, value]) => `${key}=${value}`)).toEqual([
        'c/1=c/1',
        'c/10=c/10',
        'c/2=c/2',
      ]);
      store.setValue('c/1', undefined);
      expect(store.value('c/1')).toBeUndefined();
      expect([...store.values('c/')]).toHaveLength(2);
    });

    it('does what a list would do', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { maxLength: 120 }), async (steps) => {
          let store = await subject.create();
          const model = new Model();
          let flushing: Promise<void> | undefined;
          for (const step of steps) {
            if (step.do === 'append') {
              const sequence = model.last + 1 + step.gap;
              store.append(sequence, step.subject, Buffer.alloc(step.bytes, 'x'), 0, sequence, 0);
              model.append(sequence, step.subject, step.bytes + step.subject.length + subject.overheadBytes);
            } else if (step.do === 'reopen') {
              await flushing;
              store = (await subject.reopen?.(store)) ?? store;
            } else if (step.do === 'flush') {
              await flushing;
              flushing = subject.flush?.(store);
            } else {
              const at = model.first + Math.floor(step.at * (model.last - model.first + 1));
              if (step.do === 'remove') expect(store.remove(at)).toBe(model.remove(at));
              else if (step.do === 'removeThrough') expect(store.removeThrough(at)).toBe(model.removeThrough(at));
              else if (at > model.last) {
                store.skipTo(at);
                model.last = at;
                if (model.list.length === 0) model.first = at + 1;
              }
            }
            expect(store.first).toBe(model.first);
          }
          compare(store, model);
          await flushing;
          compare((await subject.reopen?.(store)) ?? store, model);
        }),
        { numRuns: subject.runs ?? 150 },
      );
    }, 60_000);
  });
}

function compare(store: StreamStore, model: Model): void {
  const { first, last, list } = model;
  expect(picture(store)).toEqual({
    first,
    last,
    messages: list.length,
    bytes: list.reduce((sum, { bytes }) => sum + bytes, 0),
    subjectCount: new Set(list.map(({ subject }) => subject)).size,
    deletedCount: last - first + 1 - list.length,
  });
  const points = [0, 1, first - 1, first, first + 1, Math.floor((first + last) / 2), last - 1, last, last + 1];
  for (const { sequence } of list) points.push(sequence, sequence + 1);
  for (const patterns of filters) {
    const filter = subjectFilter(patterns);
    const matching = model.matching(patterns);
    for (const at of points.filter((point) => point >= 0)) {
      expect(store.next(at, filter)).toBe(matching.find((sequence) => sequence >= at) ?? 0);
      for (const upTo of [at - 1, at, at + 5]) {
        expect(store.next(at, filter, upTo)).toBe(matching.find((sequence) => sequence >= at && sequence <= upTo) ?? 0);
      }
      expect(store.previous(at, filter)).toBe(matching.findLast((sequence) => sequence <= at) ?? 0);
      expect(store.count(at, filter)).toBe(matching.filter((sequence) => sequence >= at).length);
    }
    const named = new Map([...store.subjects(filter)].map(([subject, { messages }]) => [subject, messages]));
    expect([...named.values()].reduce((sum, messages) => sum + messages, 0)).toBe(matching.length);
    const pages = [0, 2, 4, 6, 8].map((offset) => store.countSubjects(filter, offset, 2));
    expect(pages.map(({ total }) => total)).toEqual(pages.map(() => named.size));
    const paged = pages.flatMap(({ counts }) => counts);
    expect(paged.length).toBe(named.size);
    expect(new Map(paged)).toEqual(named);
  }
  for (const { sequence, subject } of list) expect(store.get(sequence)?.subject).toBe(subject);
}

function picture({ first, last, messages, bytes, subjectCount, deletedCount }: StreamStore) {
  return { first, last, messages, bytes, subjectCount, deletedCount };
}
