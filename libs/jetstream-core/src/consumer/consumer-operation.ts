import type { DeadLetter } from './dead-letter.ts';
import { NumberReader, NumberWriter } from './numbers.ts';

/** Messages one after the other in the stream, each delivered for the so-manieth time. */
export interface Run {
  readonly first: number;
  length: number;
  readonly deliveries: number;
}

/** What changes a consumer; what a journal's record says. Of each kind at most one a turn. */
export type ConsumerOperation =
  /** The first gets this sequence of the consumer, the others those that follow. */
  | {
      readonly kind: 'delivered';
      readonly consumerSequence: number;
      readonly runs: readonly Run[];
      readonly millis: number;
    }
  | { readonly kind: 'acked'; readonly sequences: readonly number[]; readonly millis: number }
  /** They ran out of deliveries: nobody waits for them any more, and nobody had them. */
  | { readonly kind: 'dropped'; readonly sequences: readonly number[]; readonly millis: number }
  /** Letters from this number on: messages that go elsewhere; they are done with here. */
  | {
      readonly kind: 'dying';
      readonly number: number;
      readonly letters: readonly DeadLetter[];
      readonly millis: number;
    }
  /** All letters up to this number have arrived. */
  | { readonly kind: 'buried'; readonly number: number; readonly millis: number }
  /** It begins anew with this message. */
  | { readonly kind: 'reset'; readonly sequence: number; readonly millis: number };

/*
 * As bytes: kind (u8), milliseconds (f64, little endian), then numbers of seven bits a byte, the lowest first, by kind
 *   1 delivered  consumer sequence; of each run first, length, deliveries
 *   2 acked      of each run of sequences: how far it begins behind the end of the one before, length
 *   3 dropped    the same
 *   4 reset      sequence
 *   5 dying      number; of each letter sequence, deliveries, reason (length, then UTF-8)
 *   6 buried     number
 */
const kinds = ['delivered', 'acked', 'dropped', 'reset', 'dying', 'buried'] as const;
const HEAD_BYTES = 9;

export function encodeConsumerOperation(operation: ConsumerOperation): Buffer {
  const writer = new NumberWriter().put(kinds.indexOf(operation.kind) + 1).putDouble(operation.millis);
  writeBody(writer, operation);
  return writer.bytes();
}

function writeBody(writer: NumberWriter, operation: ConsumerOperation): void {
  switch (operation.kind) {
    case 'delivered':
      writer.put(operation.consumerSequence);
      for (const { first, length, deliveries } of operation.runs) writer.put(first).put(length).put(deliveries);
      return;
    case 'reset':
      writer.put(operation.sequence);
      return;
    case 'dying':
      writer.put(operation.number);
      writeLetters(writer, operation.letters);
      return;
    case 'buried':
      writer.put(operation.number);
      return;
    default:
      writeSequences(writer, operation.sequences);
  }
}

export function writeLetters(writer: NumberWriter, letters: Iterable<DeadLetter>): void {
  for (const { sequence, deliveries, reason } of letters) writer.put(sequence).put(deliveries).putText(reason);
}

/** All that are left. */
export function readLetters(reader: NumberReader): DeadLetter[] {
  const letters: DeadLetter[] = [];
  while (!reader.isAtEnd) {
    letters.push({ sequence: reader.get(), deliveries: reader.get(), reason: reader.getText() });
  }
  return letters;
}

/** @throws RangeError for bytes that are no operation */
export function decodeConsumerOperation(bytes: Buffer): ConsumerOperation {
  const kind = kinds[(bytes[0] ?? 0) - 1];
  if (kind === undefined || bytes.length < HEAD_BYTES) throw new RangeError('no operation of a consumer');
  const millis = bytes.readDoubleLE(1);
  const reader = new NumberReader(bytes, HEAD_BYTES);
  switch (kind) {
    case 'delivered':
      return { kind, consumerSequence: reader.get(), runs: readRuns(reader), millis };
    case 'reset':
      return { kind, sequence: reader.get(), millis };
    case 'dying':
      return { kind, number: reader.get(), letters: readLetters(reader), millis };
    case 'buried':
      return { kind, number: reader.get(), millis };
    default:
      return { kind, sequences: readSequences(reader), millis };
  }
}

function readRuns(reader: NumberReader): Run[] {
  const runs: Run[] = [];
  while (!reader.isAtEnd) runs.push({ first: reader.get(), length: reader.get(), deliveries: reader.get() });
  return runs;
}

function writeSequences(writer: NumberWriter, sequences: readonly number[]): void {
  let [first, end, before] = [0, 0, 0];
  for (const sequence of sequences.toSorted((a, b) => a - b)) {
    if (sequence === end) {
      end++;
      continue;
    }
    if (end > 0) writer.put(first - before).put(end - first);
    before = end;
    first = sequence;
    end = sequence + 1;
  }
  if (end > 0) writer.put(first - before).put(end - first);
}

function readSequences(reader: NumberReader): number[] {
  const sequences: number[] = [];
  let at = 0;
  while (!reader.isAtEnd) {
    at += reader.get();
    for (let left = reader.get(); left > 0; left--) sequences.push(at++);
  }
  return sequences;
}
