import { ConfigError } from './error.ts';

const UNIT_NANOSECONDS: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const NANOSECONDS_MAX = 2 ** 63;

/** Milliseconds of a duration as Go writes them (`1h30m`, `250ms`, `-1.5s`, `0`). Throws ConfigError with Go's text. */
export function parseDuration(text: string): number {
  const invalid = (why: string): never => {
    throw new ConfigError(`time: ${why} duration ${JSON.stringify(text)}`);
  };
  const sign = text.startsWith('-') ? -1 : 1;
  let rest = text.replace(/^[-+]/, '');
  if (rest === '0') return 0;
  if (rest === '') invalid('invalid');
  let nanoseconds = 0;
  while (rest !== '') {
    const amount = /^(\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (amount === undefined) return invalid('invalid');
    rest = rest.slice(amount.length);
    const unit = /^[^\d.]*/.exec(rest)?.[0] ?? '';
    if (unit === '') invalid('missing unit in');
    const size = Object.hasOwn(UNIT_NANOSECONDS, unit) ? UNIT_NANOSECONDS[unit] : undefined;
    if (size === undefined) return invalid(`unknown unit ${JSON.stringify(unit)} in`);
    nanoseconds += Number(amount) * size;
    rest = rest.slice(unit.length);
  }
  if (nanoseconds >= NANOSECONDS_MAX) invalid('invalid');
  return nanoseconds === 0 ? 0 : (sign * nanoseconds) / 1e6;
}

/** The duration as Go prints it: `2m0s`, `1h0m0s`, `1.5s`, `300ms`, `0s`. */
export function formatDuration(ms: number): string {
  const sign = ms < 0 ? '-' : '';
  const nanoseconds = Math.round(Math.abs(ms) * 1e6);
  if (nanoseconds === 0) return '0s';
  if (nanoseconds < 1e3) return `${sign}${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${sign}${nanoseconds / 1e3}µs`;
  if (nanoseconds < 1e9) return `${sign}${nanoseconds / 1e6}ms`;
  const hours = Math.floor(nanoseconds / 3600e9);
  const minutes = Math.floor((nanoseconds % 3600e9) / 60e9);
  const seconds = (nanoseconds % 60e9) / 1e9;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}
