import type { StreamStore } from '@skein/storage';
import { type ApiError, apiErrors } from '../api-error.ts';
import { counterValue, parseIncrement, totalOf } from './counter.ts';
import { headerBlock, headerOf, linesOf, setLine } from './header-block.ts';

/** Of each origin and subject there, the value that was seen last (ADR-49). */
type Seen = Record<string, Record<string, string>>;

const SOURCES = 'Nats-Counter-Sources';
const INCREMENT = 'Nats-Incr';

interface Counted {
  readonly content: Buffer;
  readonly headerBytes: number;
}

/** What the newest message on a counter's subject says of origins; undefined when nothing. */
function seenOn(store: StreamStore, subject: string): string | undefined {
  const message = store.get(store.subject(subject)?.last ?? 0);
  return message && headerOf(message.content, message.headerBytes, SOURCES);
}

/** A counter's message as it is stored: its own headers, what is known of origins, and the new value. */
export function withValue(
  store: StreamStore,
  subject: string,
  content: Buffer,
  headerBytes: number,
  value: bigint,
): Counted {
  const seen = seenOn(store, subject);
  const block =
    seen === undefined
      ? content.subarray(0, headerBytes)
      : headerBlock(setLine(linesOf(content, headerBytes), SOURCES, seen));
  return counted(block, value);
}

const counted = (block: Buffer, value: bigint): Counted => ({
  content: Buffer.concat([block, Buffer.from(`{"val":"${value}"}`)]),
  headerBytes: block.length,
});

/**
 * An origin's counter as it counts here: by what it has grown since it was seen last, so that nothing is counted twice and what was
 * missed on the way is made up for (ADR-49).
 *
 * @param subject where it is stored
 */
export function countOriginal(
  store: StreamStore,
  subject: string,
  content: Buffer,
  headerBytes: number,
): Counted | ApiError {
  if (parseIncrement(headerOf(content, headerBytes, INCREMENT) ?? '') === undefined)
    return apiErrors.incrementMissing();
  const total = totalOf(content, headerBytes);
  const [origin = '', , , , there = ''] = (headerOf(content, headerBytes, 'Nats-Stream-Source') ?? '').split(' ');
  const seen = parseSeen(seenOn(store, subject));
  const growth = total - BigInt(seen[origin]?.[there] ?? 0);
  seen[origin] = { ...seen[origin], [there]: String(total) };
  const lines = setLine(linesOf(content, headerBytes), INCREMENT, String(growth));
  const block = headerBlock(setLine(lines, SOURCES, JSON.stringify(seen)));
  return counted(block, counterValue(store, subject) + growth);
}

/** Whatever was published under that name: what is no such record is none. */
function parseSeen(text: string | undefined): Seen {
  if (text === undefined) return {};
  try {
    const seen: unknown = JSON.parse(text);
    return isSeen(seen) ? seen : {};
  } catch {
    return {};
  }
}

const isSeen = (seen: unknown): seen is Seen =>
  isRecord(seen) &&
  Object.values(seen).every(
    (subjects) =>
      isRecord(subjects) &&
      Object.values(subjects).every((value) => typeof value === 'string' && /^-?\d+$/.test(value)),
  );

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
