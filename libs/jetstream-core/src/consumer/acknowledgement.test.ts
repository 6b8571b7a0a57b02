import { expect, it } from 'vitest';
import { parseAckSubject } from './acknowledgement.ts';

it('reads which delivery a subject is about', () => {
  expect(parseAckSubject('$JS.ACK.S.C.2.7.9.1700000000000000007.3')).toEqual({
    stream: 'S',
    consumer: 'C',
    deliveries: 2,
    sequence: 7,
    consumerSequence: 9,
  });
});

const safe = `${Number.MAX_SAFE_INTEGER}`;

it('takes numbers up to those that a computer has, and none beyond', () => {
  expect(parseAckSubject(`$JS.ACK.S.C.${safe}.${safe}.${safe}.9223372036854774783.${safe}`)).toBeDefined();
});

it.each([
  ['deliveries', `${safe}0.1.1.1.0`],
  ['stream sequence', `1.${safe}0.1.1.0`],
  ['consumer sequence', `1.1.${safe}0.1.0`],
  ['time', `1.1.1.${'9'.repeat(28)}.0`],
  ['pending', `1.1.1.1.${'9'.repeat(400)}`],
])('is none with a %s that nothing can hold', (_name, numbers) => {
  expect(parseAckSubject(`$JS.ACK.S.C.${numbers}`)).toBeUndefined();
});
