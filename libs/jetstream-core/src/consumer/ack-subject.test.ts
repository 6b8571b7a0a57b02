import { expect, it } from 'vitest';
import { AckSubjectWriter } from './ack-subject.ts';

it.each([
  [1, 1, 1, 1, 0, 0],
  [9, 10, 99, 1_700_000_000, 7, 100],
  [1, 999_999_999, 1_000_000_000, 1_700_000_000, 999_999_999, 2_147_483_648],
  [2, Number.MAX_SAFE_INTEGER, 1_000_000_001, 9_223_372_035, 1_000_000, Number.MAX_SAFE_INTEGER],
])('says delivery %i of %i, the consumer’s %i', (deliveries, sequence, consumerSequence, seconds, nanos, pending) => {
  const writer = new AckSubjectWriter('$JS.ACK.S.C');
  writer.write({ deliveries: 1, sequence: Number.MAX_SAFE_INTEGER, consumerSequence: 1 }, 1, 1, 1);
  writer.write({ deliveries, sequence, consumerSequence }, seconds, nanos, pending);
  const time = `${seconds}${`${nanos}`.padStart(9, '0')}`;
  expect(`${writer}`).toBe(`$JS.ACK.S.C.${deliveries}.${sequence}.${consumerSequence}.${time}.${pending}`);
});

it('keeps the bytes of names', () => {
  const writer = new AckSubjectWriter('$JS.ACK.\xe4.\xff');
  writer.write({ deliveries: 1, sequence: 2, consumerSequence: 3 }, 4, 5, 6);
  expect(`${writer}`).toBe('$JS.ACK.\xe4.\xff.1.2.3.4000000005.6');
});
