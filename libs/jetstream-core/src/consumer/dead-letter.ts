import type { StoredMessage } from '@skein/storage';
import { headerBlock, linesOf } from '../stream/header-block.ts';
import type { Original } from '../stream/original.ts';
import type { ConsumerConfig } from './consumer-config.ts';

/** Metadata by which a consumer says where messages go that nobody could handle: a subject. */
export const DEAD_LETTER = 'skein.dead_letter';
/** And that a NAK without a delay waits as its backoff says: `true`. */
export const NAK_BACKOFF = 'skein.nak_backoff';

/** What was asked of the stream that the message was published to is not asked of another one; it has an id of its own. */
const ASKED_OF_STREAM = /^Nats-(?:Msg-Id|Expected-|Rollup|TTL|Batch-|Incr|Schedule)/i;

/** A message that ran out of deliveries or was terminated, on its way to where such messages go. */
export interface DeadLetter {
  readonly sequence: number;
  readonly deliveries: number;
  /** `max deliveries`, `terminated`, or `terminated: ` and what the client said. */
  readonly reason: string;
}

/** Undefined: they stay where they are. */
export const deadLetterSubject = ({ metadata }: ConsumerConfig): string | undefined => metadata?.[DEAD_LETTER];

/** Which consumer sends: what names it, and tells it from an earlier one of the name. */
export interface Sender {
  readonly stream: string;
  readonly consumer: string;
  readonly identity: string;
}

/** Under this the stream that takes letters remembers up to which number it has them. */
export const letterKey = ({ stream, consumer }: Sender): string => `${DEAD_LETTER} ${stream} ${consumer}`;

/** The message as it is moved: its headers, and where it comes from. @param number of the letter */
export function letterFor(
  number: number,
  { sequence, deliveries, reason }: DeadLetter,
  { subject, content, headerBytes, seconds, nanos }: StoredMessage,
  sender: Sender,
  to: string,
): Original {
  const lines = headerBytes === 0 ? [] : linesOf(content, headerBytes).filter((line) => !ASKED_OF_STREAM.test(line));
  const { stream, consumer, identity } = sender;
  const block = headerBlock([
    ...lines,
    // For streams that cannot remember the number.
    `Nats-Msg-Id: ${stream}:${consumer}:${identity}:${number}`,
    `Skein-Dead-Letter-Stream: ${stream}`,
    `Skein-Dead-Letter-Consumer: ${consumer}`,
    `Skein-Dead-Letter-Subject: ${subject}`,
    `Skein-Dead-Letter-Sequence: ${sequence}`,
    `Skein-Dead-Letter-Deliveries: ${deliveries}`,
    `Skein-Dead-Letter-Reason: ${oneLine(reason)}`,
  ]);
  const whole = Buffer.concat([block, content.subarray(headerBytes)]);
  return { origin: number, subject: to, content: whole, headerBytes: block.length, seconds, nanos };
}

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ');
