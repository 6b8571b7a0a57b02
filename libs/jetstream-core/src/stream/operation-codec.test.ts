import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Operation } from './operation.ts';
import { decodeOperation, encodeOperation } from './operation-codec.ts';
import type { StreamConfig } from './stream-config.ts';

const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
const latin1 = bytes.map((content) => content.toString('latin1'));
const message = fc
  .record({ subject: latin1, content: bytes, share: fc.nat(60) })
  .map(({ subject, content, share }) => ({ subject, content, headerBytes: Math.min(share, content.length) }));
const sequence = fc.nat(Number.MAX_SAFE_INTEGER);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  message.map((one) => ({ kind: 'publish' as const, ...one })),
  fc.tuple(message, bytes).map(([one, run]) => ({
    kind: 'publish' as const,
    ...one,
    ...(run.length > 0 && { run: run.toString('latin1') }),
  })),
  fc.record({ kind: fc.constant('batch' as const), id: latin1, messages: fc.array(message, { maxLength: 5 }) }),
  fc.record({
    kind: fc.constant('ingest' as const),
    key: latin1,
    identity: latin1,
    messages: fc.array(
      fc
        .tuple(message, sequence, fc.nat(2 ** 48 - 1), fc.nat(999_999_999))
        .map(([one, origin, seconds, nanos]) => ({ ...one, origin, seconds, nanos })),
      { maxLength: 5 },
    ),
  }),
  fc.record({ kind: fc.constant('skip' as const), through: sequence }),
  fc.record({ kind: fc.constant('purge' as const), filter: fc.string(), seq: sequence, keep: sequence }),
  fc.record({ kind: fc.constant('delete' as const), sequence, secure: fc.boolean() }),
  fc.record({ kind: fc.constant('release' as const), sequences: fc.array(sequence) }),
  fc.constant({ kind: 'expire' as const }),
  fc.string({ unit: 'grapheme' }).map((description) => ({
    kind: 'update' as const,
    config: { name: 'S', description } as StreamConfig,
  })),
);

it('reads what it wrote', () => {
  fc.assert(
    fc.property(operation, fc.nat(2 ** 48 - 1), fc.nat(999_999_999), (one, seconds, nanos) => {
      const timed = { operation: one, seconds, nanos };
      expect(decodeOperation(encodeOperation(timed))).toEqual(timed);
    }),
  );
});

it('refuses what is cut short, or of another kind', () => {
  const whole = encodeOperation({
    operation: { kind: 'publish', subject: 'a', content: Buffer.from('hello'), headerBytes: 0 },
    seconds: 1,
    nanos: 2,
  });
  expect(() => decodeOperation(whole.subarray(0, -1))).toThrow(RangeError);
  expect(() => decodeOperation(whole.subarray(0, 13))).toThrow(RangeError);
  expect(() => decodeOperation(Buffer.alloc(20, 9))).toThrow(new RangeError('an operation of kind 9'));
});
