const NANOS = 1_000_000_000;
/** What an unset time is called (Go's zero time). */
export const NO_TIME = '0001-01-01T00:00:00Z';

/** Many moments are of the same second as the one before. */
const second = { seconds: Number.NaN, text: '' };

/** A moment as the API writes it: RFC 3339, with as many digits of nanoseconds as there are. */
export function timeText(seconds: number, nanos: number): string {
  if (second.seconds !== seconds) {
    second.text = new Date(seconds * 1000).toISOString().slice(0, 19);
    second.seconds = seconds;
  }
  if (nanos === 0) return `${second.text}Z`;
  let digits = nanos;
  let places = 9;
  for (; digits % 10 === 0; places--) digits /= 10;
  return `${second.text}.${String(digits).padStart(places, '0')}Z`;
}

/** Undefined for what is no RFC 3339. */
export function parseTime(text: string): { seconds: number; nanos: number } | undefined {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (found === null) return undefined;
  const [, whole, fraction = '', zone] = found;
  const millis = Date.parse(`${whole}${zone}`);
  if (Number.isNaN(millis)) return undefined;
  return { seconds: millis / 1000, nanos: Number(fraction.slice(0, 9).padEnd(9, '0')) };
}

const units: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: NANOS,
  m: 60 * NANOS,
  h: 3600 * NANOS,
};

/** Nanoseconds of a duration as Go writes it (`1h30m`, `1.5s`); undefined for what is none. */
export function parseDuration(text: string): number | undefined {
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '0') return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.test(unsigned)) return undefined;
  let nanos = 0;
  for (const [, number, unit] of unsigned.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)) {
    nanos += Number(number) * (units[unit as string] as number);
  }
  return text.startsWith('-') ? -nanos : nanos;
}

/** A duration of milliseconds or longer, as Go writes it: `1m0s`, `50ms`. */
export function durationText(nanos: number): string {
  if (nanos > 0 && nanos < NANOS) return `${nanos / 1e6}ms`;
  const hours = Math.floor(nanos / (3600 * NANOS));
  const minutes = Math.floor(nanos / (60 * NANOS)) % 60;
  const seconds = (nanos % (60 * NANOS)) / NANOS;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

/** Milliseconds with fractions, for comparing: exact to a microsecond. */
export const millisOf = (seconds: number, nanos: number): number => seconds * 1000 + nanos / 1e6;
