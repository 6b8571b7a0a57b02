import { durationText, parseDuration } from '../time.ts';
import { headerBlock, headerOf, linesOf } from './header-block.ts';

/** A message that nothing of its age removes. */
export const NEVER = -1;
const SECOND = 1_000_000_000;

/**
 * What `Nats-TTL` says (ADR-43).
 *
 * @returns whole seconds, `NEVER`, or undefined for what is neither a second or more nor `never`
 */
export function parseTtl(text: string): number | undefined {
  if (text.toLowerCase() === 'never') return NEVER;
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.floor((parseDuration(text) ?? 0) / SECOND);
  return seconds >= 1 ? seconds : undefined;
}

/** The message with its TTL raised to the least that a stream with markers keeps. */
export function withTtl(
  content: Buffer,
  headerBytes: number,
  seconds: number,
): { content: Buffer; headerBytes: number } {
  const lines = linesOf(content, headerBytes).filter((line) => !line.startsWith('Nats-TTL:'));
  const block = headerBlock([...lines, `Nats-TTL: ${seconds}`]);
  return { content: Buffer.concat([block, content.subarray(headerBytes)]), headerBytes: block.length };
}

/** What stands for the last message of a subject when it has grown too old. */
export const markerBlock = (ttlNanos: number): Buffer =>
  headerBlock(['Nats-Marker-Reason: MaxAge', `Nats-TTL: ${durationText(ttlNanos)}`, 'Nats-Rollup: sub']);

/** Whether a message says itself that its subject has ended, so that none has to say so after it: a marker, or a purge of a key-value bucket (ADR-8). */
export const isMarker = (content: Buffer, headerBytes: number): boolean =>
  headerOf(content, headerBytes, 'Nats-Marker-Reason') !== undefined ||
  headerOf(content, headerBytes, 'KV-Operation') === 'PURGE';
