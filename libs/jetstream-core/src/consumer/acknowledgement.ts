import { millisOf } from '../time.ts';

const MILLISECOND = 1_000_000;

/** What a client says about a message that it was given (ADR-15 and after). */
export type Acknowledgement =
  | { readonly kind: 'ack' | 'progress' | 'unknown' }
  /** Deliver it again, not before so many milliseconds. */
  | { readonly kind: 'nak'; readonly delayMillis: number }
  | { readonly kind: 'term'; readonly reason: string }
  /** Done, and the next one, please: what a pull request says. */
  | { readonly kind: 'next'; readonly request: string };

/** An empty body is an acknowledgement; one that nobody knows is nothing. */
export function readAcknowledgement(body: string): Acknowledgement {
  if (body.startsWith('-NAK')) return { kind: 'nak', delayMillis: readDelay(body.slice(4)) };
  if (body.startsWith('+WPI')) return { kind: 'progress' };
  if (body.startsWith('+TERM')) return { kind: 'term', reason: body.slice(5).trim() };
  if (body.startsWith('+NXT')) return { kind: 'next', request: body.slice(4).trim() };
  return { kind: body === '' || body.startsWith('+ACK') ? 'ack' : 'unknown' };
}

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

/**
 * Where a delivery is acknowledged: `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.<consumer sequence>.<ns>.<pending>`.
 *
 * @param prefix up to the consumer's name
 */
export function ackSubject(
  prefix: string,
  { deliveries, sequence, consumerSequence }: Delivery,
  seconds: number,
  nanos: number,
  pending: number,
): string {
  const time = `${seconds}${String(nanos).padStart(9, '0')}`;
  return `${prefix}.${deliveries}.${sequence}.${consumerSequence}.${time}.${pending}`;
}

/** Undefined for what is none. */
export function parseAckSubject(
  subject: string,
): (Delivery & { stream: string; consumer: string; storedMillis: number }) | undefined {
  const found = /^\$JS\.ACK\.([^.]+)\.([^.]+)\.(\d+)\.(\d+)\.(\d+)\.(\d+)(\d{9})\.(\d+)$/.exec(subject);
  if (found === null) return undefined;
  const [, stream = '', consumer = '', deliveries, sequence, consumerSequence, seconds, nanos] = found;
  return {
    stream,
    consumer,
    deliveries: Number(deliveries),
    sequence: Number(sequence),
    consumerSequence: Number(consumerSequence),
    storedMillis: millisOf(Number(seconds), Number(nanos)),
  };
}
