import { isLiteral, isValidPattern, matches } from '@skein/subjects';
import { type ApiError, apiErrors } from '../api-error.ts';
import { parseDuration, parseTime, timeText } from '../time.ts';
import { type Cron, nextByCron, parseCron } from './cron.ts';
import { headerBlock, linesOf } from './header-block.ts';
import { parseTtl } from './message-ttl.ts';
import type { StreamConfig } from './stream-config.ts';

const INTERVAL_MIN = 1_000_000_000;

/** When a schedule (ADR-51) has its turns. */
type Pattern =
  | { readonly kind: 'at'; readonly millis: number }
  | { readonly kind: 'every'; readonly millis: number }
  | { readonly kind: 'cron'; readonly cron: Cron; readonly zone: string };

/** What a stored message has to be turned into, and when. */
export interface Schedule {
  readonly pattern: Pattern;
  readonly target: string;
  /** Its last message is published in place of the schedule's own; empty: none. */
  readonly source: string;
  /** As it goes into the message; empty: none. */
  readonly ttl: string;
  readonly isRollup: boolean;
}

/** Header values by their names; an empty one is there. */
type Headers = ReadonlyMap<string, string>;

function headersOf(content: Buffer, headerBytes: number): Headers {
  const headers = new Map<string, string>();
  for (const line of linesOf(content, headerBytes)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trimStart());
  }
  return headers;
}

/** The schedule that a message is, or why it is none: of several faults the one that nats-server was seen to name. */
export function readSchedule(
  subject: string,
  content: Buffer,
  headerBytes: number,
  config: StreamConfig,
): Schedule | ApiError {
  const headers = headersOf(content, headerBytes);
  const header = (name: string): string => headers.get(name) ?? '';
  const pattern = readPattern(header('Nats-Schedule'), headers.get('Nats-Schedule-Time-Zone'));
  if (pattern instanceof Error) return pattern;
  const ttl = header('Nats-Schedule-TTL');
  if (ttl !== '' && parseTtl(ttl) === undefined) return apiErrors.scheduleTtlInvalid();
  if (ttl !== '' && !config.allow_msg_ttl) return apiErrors.ttlDisabled();
  const target = header('Nats-Schedule-Target');
  if (!isOwn(target, config) || target === subject) return apiErrors.scheduleTargetInvalid();
  const rollup = header('Nats-Schedule-Rollup');
  const ownRollup = header('Nats-Rollup').toLowerCase();
  if (!['', 'sub'].includes(rollup) || !['', 'sub'].includes(ownRollup)) return apiErrors.scheduleRollupInvalid();
  const source = header('Nats-Schedule-Source');
  if (source !== '' && (!isOwn(source, config) || source === subject || source === target)) {
    return apiErrors.scheduleSourceInvalid();
  }
  return { pattern, target, source, ttl, isRollup: rollup === 'sub' };
}

const isOwn = (subject: string, { subjects = [] }: StreamConfig): boolean =>
  isLiteral(subject) && isValidPattern(subject) && subjects.some((pattern) => matches(pattern, subject));

function readPattern(text: string, zone: string | undefined): Pattern | ApiError {
  if (text.startsWith('@at ') || text.startsWith('@every ')) {
    const pattern = zone === undefined ? readFixed(text) : undefined;
    return pattern ?? apiErrors.schedulePatternInvalid();
  }
  const cron = parseCron(text);
  if (cron === undefined || nextByCron(cron, 0) === undefined) return apiErrors.schedulePatternInvalid();
  if (zone !== undefined && !isZone(zone)) return apiErrors.scheduleZoneInvalid();
  // Whose local time? It has to be the same on every node.
  return { kind: 'cron', cron, zone: zone === undefined || zone === 'Local' ? 'UTC' : zone };
}

function readFixed(text: string): Pattern | undefined {
  if (text.startsWith('@at ')) {
    const at = parseTime(text.slice(4));
    return at && { kind: 'at', millis: at.seconds * 1000 + Math.ceil(at.nanos / 1e6) };
  }
  const nanos = parseDuration(text.slice(7)) ?? 0;
  return nanos >= INTERVAL_MIN ? { kind: 'every', millis: nanos / 1e6 } : undefined;
}

/** There are some hundred zones, and one of these takes milliseconds to make. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
    formats.set(zone, format);
  }
  return format;
}

function isZone(zone: string): boolean {
  if (zone === 'Local') return true;
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** When it has its next turn after this moment; all in milliseconds. Undefined: never again. */
export function nextTurn({ pattern }: Schedule, after: number): number | undefined {
  switch (pattern.kind) {
    case 'at':
      return pattern.millis;
    case 'every':
      // On whole seconds, as nats-server names them in the message.
      return Math.floor((after + pattern.millis) / 1000) * 1000;
    case 'cron': {
      const local = nextByCron(pattern.cron, after + offsetOf(pattern.zone, after));
      if (local === undefined) return undefined;
      // Clocks may change in between: what counts is what they show then.
      const guess = local - offsetOf(pattern.zone, local);
      return Math.max(after + 1, local - offsetOf(pattern.zone, guess));
    }
  }
}

/** By how many milliseconds clocks of the zone are ahead of UTC's. */
function offsetOf(zone: string, millis: number): number {
  if (zone === 'UTC') return 0;
  const name =
    formatOf(zone)
      .formatToParts(millis)
      .find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const found = /([+-])(\d\d):(\d\d)/.exec(name);
  if (found === null) return 0;
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  return (found[1] === '-' ? -minutes : minutes) * 60_000;
}

/** What says how a message is to be stored, or when, and does not go on. */
const isOwnHeader = (line: string): boolean =>
  /^Nats-(?:Schedule|Expected-|(?:Scheduler|TTL|Msg-Id|Rollup):)/.test(line);

/**
 * The message that a turn publishes.
 *
 * @param from the message that it is made of
 * @param next when the schedule has its next turn, in milliseconds; undefined when this was the only one
 */
export function turnMessage(
  scheduler: string,
  { ttl, isRollup }: Schedule,
  from: { content: Buffer; headerBytes: number },
  next: number | undefined,
): { content: Buffer; headerBytes: number } {
  const { content, headerBytes } = from;
  const lines = headerBytes === 0 ? [] : linesOf(content, headerBytes).filter((line) => !isOwnHeader(line));
  lines.push(
    `Nats-Scheduler: ${scheduler}`,
    `Nats-Schedule-Next: ${next === undefined ? 'purge' : timeText(next / 1000, 0)}`,
  );
  if (ttl !== '') lines.push(`Nats-TTL: ${ttl}`);
  if (isRollup) lines.push('Nats-Rollup: sub');
  const block = headerBlock(lines);
  return { content: Buffer.concat([block, content.subarray(headerBytes)]), headerBytes: block.length };
}

/** Why a message cannot end the schedule on the subject that it names. */
export function endFault(subject: string, scheduler: string, next: string): ApiError | undefined {
  const isRight = next === 'purge' && scheduler !== subject && isLiteral(scheduler) && isValidPattern(scheduler);
  return isRight ? undefined : apiErrors.schedulerInvalid();
}
