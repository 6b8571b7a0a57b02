import { MemoryStreamStore } from '@skein/storage';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ApiError } from '../api-error.ts';
import { checkStreamConfig } from './check-stream-config.ts';
import { headerBlock } from './header-block.ts';
import { type NaivePublish, NaiveStream } from './naive-stream.ts';
import { applyOperation, type Operation } from './operation.ts';
import { decodeOperation, encodeOperation } from './operation-codec.ts';
import type { Publication } from './publication.ts';
import { Stream } from './stream.ts';
import type { StreamConfig } from './stream-config.ts';

type Step =
  | { do: 'publish'; one: NaivePublish & { expects?: 'right' | 'wrong'; expectsOnSubject?: 'right' | 'wrong' } }
  | { do: 'batch'; all: NaivePublish[] }
  | { do: 'purge'; filter: string; seq: number; keep: number }
  | { do: 'delete'; sequence: number }
  | { do: 'pass'; millis: number }
  | { do: 'reopen' };

const subject = fc.constantFrom('s.a', 's.b', 's.c.d');
const plain = fc.record({ subject, bytes: fc.nat(40) });
const expectation = fc.option(fc.constantFrom('right' as const, 'wrong' as const), { nil: undefined, freq: 4 });
const publish = fc.record({
  do: fc.constant('publish' as const),
  one: fc.record({
    subject,
    bytes: fc.nat(40),
    id: fc.option(fc.constantFrom('1', '2', '3'), { nil: undefined }),
    expects: expectation,
    expectsOnSubject: expectation,
    rollup: fc.option(fc.constantFrom('sub' as const, 'all' as const), { nil: undefined, freq: 8 }),
    ttlSeconds: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined, freq: 4 }),
  }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: publish },
  fc.record({ do: fc.constant('batch' as const), all: fc.array(plain, { minLength: 1, maxLength: 4 }) }),
  fc.record({
    do: fc.constant('purge' as const),
    filter: fc.constantFrom('', 's.a', 's.*', 's.>', 't.>'),
    seq: fc.nat(30),
    keep: fc.constant(0),
  }),
  fc.record({
    do: fc.constant('purge' as const),
    filter: fc.constantFrom('', 's.a', 's.*'),
    seq: fc.constant(0),
    keep: fc.nat(5),
  }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), sequence: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), millis: fc.nat(1500) }) },
  fc.constant({ do: 'reopen' as const }),
);
const limit = (max: number): fc.Arbitrary<number> => fc.oneof(fc.constant(-1), fc.integer({ min: 1, max }));
const config = fc
  .record({
    max_msgs: limit(8),
    max_bytes: limit(600),
    max_msgs_per_subject: limit(3),
    discard: fc.constantFrom('old' as const, 'new' as const),
    max_age: fc.constantFrom(0, 2e9),
    duplicate_window: fc.constant(1e9),
    perSubject: fc.boolean(),
  })
  .map(({ perSubject, ...limits }) => ({
    ...limits,
    discard_new_per_subject: perSubject && limits.discard === 'new' && limits.max_msgs_per_subject > 0,
  }));

const OVERHEAD = { overheadBytes: 16, headerOverheadBytes: 0 };
const NOBODY = { isWanted: () => false };
const SILENT = { stored: () => {}, removed: () => {}, purged: () => {}, republish: () => {} };

/** The stream and its naive twin, given the same; times are whole milliseconds. */
class Twins {
  #stream: Stream;
  readonly #naive: NaiveStream;
  #now = 1_790_000_000_000;

  constructor(limits: Partial<StreamConfig>) {
    const asked = {
      name: 'S',
      subjects: ['s.>'],
      storage: 'memory',
      allow_rollup_hdrs: true,
      allow_msg_ttl: true,
    } as const;
    const checked = checkStreamConfig({ ...asked, subjects: ['s.>'], allow_atomic: true, ...limits });
    this.#stream = Stream.create(new MemoryStreamStore(OVERHEAD), checked, SILENT, NOBODY);
    this.#naive = new NaiveStream(checked);
  }

  /** @returns what both answered */
  play(one: Step): [unknown, unknown] {
    this.#now += 1;
    switch (one.do) {
      case 'publish':
        return this.#publish(one.one);
      case 'batch':
        return this.#batch(one.all);
      case 'purge':
        return [
          this.#apply({ kind: 'purge', filter: one.filter, seq: one.seq, keep: one.keep }),
          this.#naive.purge(one.filter, one.seq, one.keep),
        ];
      case 'delete':
        return [
          this.#apply({ kind: 'delete', sequence: one.sequence, secure: false }),
          this.#naive.remove(one.sequence) ? 0 : 10043,
        ];
      case 'pass':
        return this.#pass(one.millis);
      case 'reopen':
        this.#stream.save();
        this.#stream = new Stream(this.#stream.store, SILENT, NOBODY);
        return [undefined, undefined];
    }
  }

  contents(): [unknown, unknown] {
    const { store } = this.#stream;
    const kept = [];
    for (let at = store.next(store.first); at > 0; at = store.next(at + 1)) kept.push([at, store.get(at)?.subject]);
    const { messages, last } = this.#naive;
    const bytes = messages.reduce((sum, message) => sum + message.bytes, 0);
    return [
      { kept, last: store.last, bytes: store.bytes },
      { kept: messages.map((message) => [message.sequence, message.subject]), last, bytes },
    ];
  }

  #publish({ expects, expectsOnSubject, ...one }: Extract<Step, { do: 'publish' }>['one']): [unknown, unknown] {
    const onSubject = this.#naive.messages.findLast((message) => message.subject === one.subject)?.sequence ?? 0;
    const expectedLast = expects && (expects === 'right' ? this.#naive.last : this.#naive.last + 7);
    const expectedOnSubject = expectsOnSubject && (expectsOnSubject === 'right' ? onSubject : onSubject + 7);
    const lines = [
      ...(one.id ? [`Nats-Msg-Id: ${one.id}`] : []),
      ...(expectedLast === undefined ? [] : [`Nats-Expected-Last-Sequence: ${expectedLast}`]),
      ...(expectedOnSubject === undefined ? [] : [`Nats-Expected-Last-Subject-Sequence: ${expectedOnSubject}`]),
      ...(one.rollup ? [`Nats-Rollup: ${one.rollup}`] : []),
      ...(one.ttlSeconds ? [`Nats-TTL: ${one.ttlSeconds}`] : []),
    ];
    const publication = publicationOf(one, lines);
    this.#apply({ kind: 'publish', ...publication });
    const bytes = sizeOf(publication);
    return [this.#answer(), this.#naive.publish({ ...one, bytes, expectedLast, expectedOnSubject }, this.#now)];
  }

  #batch(all: readonly NaivePublish[]): [unknown, unknown] {
    const messages = all.map((one) => publicationOf(one, []));
    this.#apply({ kind: 'batch', id: 'batch', messages });
    const sized = all.map((one, i) => ({ ...one, bytes: sizeOf(messages[i] as Publication) }));
    return [this.#answer(), this.#naive.batch(sized, this.#now)];
  }

  #pass(millis: number): [unknown, unknown] {
    this.#now += millis;
    const isDue = this.#stream.expiresAt <= this.#now;
    const before = this.#naive.messages.length;
    this.#apply({ kind: 'expire' });
    this.#naive.expire(this.#now);
    // Told in time; a deadline may be that of a message that has gone.
    return [isDue || this.#naive.messages.length === before, true];
  }

  #answer(): string {
    const { sequence, isDuplicate, error } = this.#stream.outcome;
    if (error !== undefined) return `${error.errorCode}`;
    return isDuplicate ? `again ${sequence}` : `${sequence}`;
  }

  /** As the journal would give it back. @returns the error's code where one is thrown */
  #apply(operation: Operation): number {
    const seconds = Math.floor(this.#now / 1000);
    const timed = { operation, seconds, nanos: (this.#now % 1000) * 1e6 };
    const read = decodeOperation(encodeOperation(timed));
    try {
      return applyOperation(this.#stream, read.operation, read.seconds, read.nanos);
    } catch (error) {
      if (error instanceof ApiError) return error.errorCode;
      throw error;
    }
  }
}

function publicationOf({ subject, bytes }: NaivePublish, lines: readonly string[]): Publication {
  const block = lines.length > 0 ? headerBlock(lines) : Buffer.alloc(0);
  return { subject, content: Buffer.concat([block, Buffer.alloc(bytes, 'x')]), headerBytes: block.length };
}

const sizeOf = ({ subject, content }: Publication): number => OVERHEAD.overheadBytes + subject.length + content.length;

it('does what its naive twin does', () => {
  fc.assert(
    fc.property(config, fc.array(step, { maxLength: 60 }), (limits, steps) => {
      const twins = new Twins(limits);
      for (const one of steps) {
        const [answer, naiveAnswer] = twins.play(one);
        expect(answer).toEqual(naiveAnswer);
        const [contents, naiveContents] = twins.contents();
        expect(contents).toEqual(naiveContents);
      }
    }),
    { numRuns: Number(process.env.SEEDS ?? 300) },
  );
});
