/**
 * What a publisher says, in the order in which it says it; then it starts again. All frames of a stream have one
 * length, so that a reader can count messages by counting bytes.
 *
 * - `one`: always `subject`
 * - `many`: `count` subjects under `prefix`
 * - `grid`: `picks` subjects drawn at random, by `seed`, from the grid that `gridSubject` numbers; `hot` draws from the
 *   first column only: the same spread over the connections, with one subject for each
 */
export type Stream =
  | { kind: 'one'; subject: string; payloadBytes: number }
  | { kind: 'many'; prefix: string; count: number; payloadBytes: number }
  | { kind: 'grid'; rows: number; columns: number; picks: number; seed: number; hot: boolean; payloadBytes: number };

/** A small linear congruential generator: the same numbers in every process and every run. */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Printable and without a pattern of its own, so that a stream that is shifted by a few bytes compares unequal. */
export function payload(bytes: number): Buffer {
  const next = sequence(bytes + 1);
  return Buffer.from(Array.from({ length: bytes }, () => 0x21 + next(94)));
}

export const gridSubject = (row: number, column: number): string =>
  `subs.${String(row).padStart(3, '0')}.${gridSid(column)}`;

export const gridSid = (column: number): string => String(column).padStart(5, '0');

/** The subjects of one period of the stream. */
export function subjects(stream: Stream): string[] {
  switch (stream.kind) {
    case 'one':
      return [stream.subject];
    case 'many': {
      const width = String(stream.count - 1).length;
      // A stride that shares no factor with the count visits each subject once, and no neighbours in a row.
      const stride = coprimeNear(Math.floor(stream.count * 0.618), stream.count);
      return Array.from(
        { length: stream.count },
        (_, index) => `${stream.prefix}.${String((index * stride) % stream.count).padStart(width, '0')}`,
      );
    }
    case 'grid': {
      const next = sequence(stream.seed);
      return Array.from({ length: stream.picks }, () => {
        const row = next(stream.rows);
        const column = next(stream.columns);
        return gridSubject(row, stream.hot ? 0 : column);
      });
    }
  }
}

function coprimeNear(from: number, to: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let candidate = Math.max(from, 1);
  while (divisor(candidate, to) !== 1) candidate += 1;
  return candidate;
}

/** One period of the stream as its publisher writes it. */
export function publishFrames(stream: Stream): Buffer {
  const body = payload(stream.payloadBytes).toString('latin1');
  const frames = subjects(stream).map((subject) => `PUB ${subject} ${stream.payloadBytes}\r\n${body}\r\n`);
  return Buffer.from(frames.join(''), 'latin1');
}

/** One period of the stream as a subscriber with this sid receives it. */
export function deliveredFrames(stream: Exclude<Stream, { kind: 'grid' }>, sid: string): Buffer {
  const body = payload(stream.payloadBytes).toString('latin1');
  const frames = subjects(stream).map((subject) => `MSG ${subject} ${sid} ${stream.payloadBytes}\r\n${body}\r\n`);
  return Buffer.from(frames.join(''), 'latin1');
}

/** How many messages one period of the stream has. */
export function periodMessages(stream: Stream): number {
  switch (stream.kind) {
    case 'one':
      return 1;
    case 'many':
      return stream.count;
    case 'grid':
      return stream.picks;
  }
}

/** The pattern that receives the whole stream. */
export function patternOf(stream: Stream): string {
  return stream.kind === 'one' ? stream.subject : '>';
}

/** Whole periods, at least `bytesMin` long. */
export function repeated(period: Buffer, bytesMin: number): Buffer {
  return Buffer.alloc(Math.ceil(bytesMin / period.length) * period.length, period);
}
