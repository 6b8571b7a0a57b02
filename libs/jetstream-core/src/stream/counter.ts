import type { StreamStore } from '@skein/storage';

/** Of an increment, and so of a value: it is read and added at every publish. */
const DIGITS_MAX = 4096;

/** What `Nats-Incr` says; undefined for what is no integer. */
export function parseIncrement(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text) || text.length > DIGITS_MAX) return undefined;
  return BigInt(text.replace('+', ''));
}

/** The value that the counter on a subject has now (ADR-49); 0 when there is none. */
export function counterValue(store: StreamStore, subject: string): bigint {
  const last = store.subject(subject)?.last ?? 0;
  const message = last > 0 ? store.get(last) : undefined;
  return message === undefined ? 0n : totalOf(message.content, message.headerBytes);
}

/** The value that a counter's message holds. */
export function totalOf(content: Buffer, headerBytes: number): bigint {
  const found = /^\{"val":"(-?\d+)"\}$/.exec(content.toString('latin1', headerBytes));
  return BigInt(found?.[1] ?? 0);
}
