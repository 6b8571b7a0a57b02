/** Messages one after the other in the stream, each delivered for the so-manieth time. */
export interface Run {
  readonly first: number;
  readonly length: number;
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
  /** It begins anew with this message. */
  | { readonly kind: 'reset'; readonly sequence: number; readonly millis: number };

/*
 * As bytes: kind (u8), milliseconds (f64, little endian), then numbers of seven bits a byte, the lowest first, by kind
 *   1 delivered  consumer sequence; of each run first, length, deliveries
 *   2 acked      of each run of sequences: how far it begins behind the one before, length
 *   3 dropped    the same
 *   4 reset      sequence
 */
const kinds = ['delivered', 'acked', 'dropped', 'reset'] as const;
const HEAD_BYTES = 9;

export function encodeConsumerOperation(operation: ConsumerOperation): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = kinds.indexOf(operation.kind) + 1;
  head.writeDoubleLE(operation.millis, 1);
  return Buffer.concat([head, Buffer.from(numbersOf(operation).flatMap(varint))]);
}

/** @throws RangeError for bytes that are no operation */
export function decodeConsumerOperation(bytes: Buffer): ConsumerOperation {
  const kind = kinds[(bytes[0] ?? 0) - 1];
  if (kind === undefined || bytes.length < HEAD_BYTES) throw new RangeError('no operation of a consumer');
  const millis = bytes.readDoubleLE(1);
  const numbers = readNumbers(bytes, HEAD_BYTES);
  const [first = 0, ...rest] = numbers;
  switch (kind) {
    case 'delivered':
      return { kind, consumerSequence: first, runs: readRuns(rest), millis };
    case 'reset':
      return { kind, sequence: first, millis };
    default:
      return { kind, sequences: readSequences(numbers), millis };
  }
}

function numbersOf(operation: ConsumerOperation): number[] {
  if (operation.kind === 'reset') return [operation.sequence];
  if (operation.kind !== 'delivered') return writeSequences(operation.sequences);
  const runs = operation.runs.flatMap(({ first, length, deliveries }) => [first, length, deliveries]);
  return [operation.consumerSequence, ...runs];
}

function readRuns(numbers: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (let i = 0; i + 2 < numbers.length; i += 3) {
    const [first, length, deliveries] = numbers.slice(i, i + 3) as [number, number, number];
    runs.push({ first, length, deliveries });
  }
  return runs;
}

function writeSequences(sequences: readonly number[]): number[] {
  const numbers: number[] = [];
  let previous = 0;
  for (const sequence of sequences.toSorted((a, b) => a - b)) {
    if (numbers.length > 0 && sequence === previous + 1) numbers[numbers.length - 1] = (numbers.at(-1) as number) + 1;
    else numbers.push(sequence - previous, 1);
    previous = sequence;
  }
  return numbers;
}

function readSequences(numbers: readonly number[]): number[] {
  const sequences: number[] = [];
  let at = 0;
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    at += numbers[i] as number;
    sequences.push(at);
    for (let left = (numbers[i + 1] as number) - 1; left > 0; left--) sequences.push(++at);
  }
  return sequences;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function readNumbers(bytes: Buffer, from: number): number[] {
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    value += (byte % 128) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    numbers.push(value);
    value = 0;
    scale = 1;
  }
  return numbers;
}
