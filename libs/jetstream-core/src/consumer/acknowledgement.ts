import type { ConsumerConfig } from './consumer-config.ts';

const MILLISECOND = 1_000_000;
const ZERO = 48;
/** A dot, seen from there. */
const DOT = -2;
/** Nanoseconds are signed numbers of 64 bits. */
const TIME_END = 2 ** 63;

/** What a client says about a message that it was given (ADR-15 and after). */
export type Acknowledgement =
  | { readonly kind: 'ack' | 'progress' | 'unknown' }
  /** Deliver it again, not before so many milliseconds. */
  | { readonly kind: 'nak'; readonly delayMillis: number }
  | { readonly kind: 'term'; readonly reason: string }
  /** Done, and the next one, please: what a pull request says. */
  | { readonly kind: 'next'; readonly request: string };

/** Whether somebody listens to what clients say about its messages. By flow control (ADR-60) nothing is acknowledged but by answers to that. */
export const isAcknowledged = ({ ack_policy }: ConsumerConfig): boolean =>
  ack_policy === 'explicit' || ack_policy === 'all';

/** An empty body is an acknowledgement; one that nobody knows is nothing. */
export function readAcknowledgement(body: string): Acknowledgement {
  if (body.startsWith('-NAK')) return { kind: 'nak', delayMillis: readDelay(body.slice(4)) };
  if (body.startsWith('+WPI')) return { kind: 'progress' };
  if (body.startsWith('+TERM')) return { kind: 'term', reason: body.slice(5).trim() };
  if (body.startsWith('+NXT')) return { kind: 'next', request: body.slice(4).trim() };
  return { kind: body === '' || body.startsWith('+ACK') ? 'ack' : 'unknown' };
}

/** The message is not to come again. */
export const isFinal = ({ kind }: Acknowledgement): boolean => kind === 'ack' || kind === 'term';

function readDelay(text: string): number {
  try {
    const { delay = 0 }: { delay?: unknown } = JSON.parse(text);
    return typeof delay === 'number' && delay > 0 ? delay / MILLISECOND : 0;
  } catch {
    return 0;
  }
}

/** Which delivery a subject for acknowledgements is about. */
export interface Delivery {
  readonly deliveries: number;
  readonly sequence: number;
  readonly consumerSequence: number;
}

const PREFIX = '$JS.ACK.';

/** What a subject for acknowledgements says. */
export interface AckSubject extends Delivery {
  readonly stream: string;
  readonly consumer: string;
}

/** Undefined for what is none. Made for one call a message: nothing is split. */
export function parseAckSubject(subject: string): AckSubject | undefined {
  if (!subject.startsWith(PREFIX)) return undefined;
  const streamEnd = subject.indexOf('.', PREFIX.length);
  const consumerEnd = subject.indexOf('.', streamEnd + 1);
  if (streamEnd < 0 || consumerEnd < 0) return undefined;
  const numbers = readFields(subject, consumerEnd + 1);
  if (numbers === undefined) return undefined;
  const [deliveries, sequence, consumerSequence] = numbers;
  const stream = subject.slice(PREFIX.length, streamEnd);
  return { stream, consumer: subject.slice(streamEnd + 1, consumerEnd), deliveries, sequence, consumerSequence };
}

/**
 * Five numbers with dots between; of them the first three. The fourth, nanoseconds, has more digits than a number keeps. Whoever can publish
 * here can say anything: what is larger than such a number can be is no such subject.
 */
function readFields(subject: string, from: number): [number, number, number] | undefined {
  const fields: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  let field = 0;
  let digits = 0;
  for (let at = from; at < subject.length; at++) {
    const digit = subject.charCodeAt(at) - ZERO;
    if (digit >= 0 && digit <= 9) {
      fields[field] = fields[field] * 10 + digit;
      digits++;
    } else if (digit === DOT && digits > 0 && field < 4) {
      field++;
      digits = 0;
    } else return undefined;
  }
  if (field < 4 || digits === 0) return undefined;
  const [deliveries, sequence, consumerSequence, time, pending] = fields;
  const largest = Math.max(deliveries, sequence, consumerSequence, pending);
  return largest <= Number.MAX_SAFE_INTEGER && time < TIME_END ? [deliveries, sequence, consumerSequence] : undefined;
}
