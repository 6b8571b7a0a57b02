import { ackOpening, apiErrors, PublishOutcome, pubAck } from '@skein/jetstream-core';
import { expect, it } from 'vitest';
import { AckWriter } from './ack-writer.ts';

const outcomes: Partial<PublishOutcome>[] = [
  ...[1, 9, 10, 99, 100, 4_294_967_296, Number.MAX_SAFE_INTEGER].map((sequence) => ({ sequence })),
  { sequence: 7, isDuplicate: true },
  { sequence: 7, value: '12' },
  { sequence: 7, batch: 'b', count: 3 },
  { error: apiErrors.wrongLastSequence(1) },
];

it.each(outcomes)('writes what the text would be: %o', (fields) => {
  for (const name of ['S', 'Ünï'.repeat(200)]) {
    const opening = ackOpening(name, 'hub');
    const outcome = Object.assign(new PublishOutcome(), fields);
    const writer = new AckWriter();
    writer.text('what was there before, and is longer than what comes now, so that it would be seen behind it');
    writer.outcome(Buffer.from(`{${opening}`), outcome, opening);
    expect(writer.bytes.toString('utf8', 0, writer.end)).toBe(pubAck(opening, outcome));
  }
});
