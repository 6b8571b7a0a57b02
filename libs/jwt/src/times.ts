import type { TimeRange } from './claims/permissions.ts';

const daySeconds = 86_400;
const clock = /^([01]?\d|2[0-3]):([0-5]\d):([0-5]\d)$/;

/** Seconds since midnight of `15:04:05`; undefined when it is no such time. */
export function secondsOfDay(text: string): number | undefined {
  const parts = clock.exec(text);
  if (parts === null) return undefined;
  return Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3]);
}

export function isTimeZone(name: string): boolean {
  return formatterOf(name) !== undefined;
}

/**
 * Until when (ms since 1970) the ranges allow what they allow now: 0 when they don't, Infinity when there are none. One that
 * ends before it starts goes past midnight.
 *
 * @param location IANA name of the time zone that they are meant in; '' is the machine's
 */
export function allowedUntil(ranges: readonly TimeRange[], location: string, nowMs: number): number {
  if (ranges.length === 0) return Number.POSITIVE_INFINITY;
  const formatter = formatterOf(location);
  if (formatter === undefined) return 0;
  const [hours, minutes, seconds] = formatter.format(nowMs).split(':').map(Number);
  const now = hours * 3600 + minutes * 60 + seconds;
  let untilMs = 0;
  for (const range of ranges) {
    const start = secondsOfDay(range.start);
    const end = secondsOfDay(range.end);
    if (start === undefined || end === undefined) return 0;
    const length = (end - start + daySeconds) % daySeconds;
    const passed = (now - start + daySeconds) % daySeconds;
    if (passed < length) untilMs = Math.max(untilMs, nowMs + (length - passed) * 1000);
  }
  return untilMs;
}

/** A formatter costs more to make than to use. */
const formatters = new Map<string, Intl.DateTimeFormat>();
/** There are fewer time zones than that, but any spelling of a name will do. */
const formattersMax = 1000;

function formatterOf(location: string): Intl.DateTimeFormat | undefined {
  let formatter = formatters.get(location);
  if (formatter !== undefined) return formatter;
  try {
    const timeZone = location === '' || location === 'Local' ? undefined : location;
    formatter = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium', hourCycle: 'h23' });
  } catch {
    return undefined;
  }
  if (formatters.size >= formattersMax) formatters.clear();
  formatters.set(location, formatter);
  return formatter;
}
