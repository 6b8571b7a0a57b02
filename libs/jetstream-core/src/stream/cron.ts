/** Schedules as crontab has them, with seconds (ADR-51): sets of the numbers that each field allows. */
export interface Cron {
  readonly seconds: ReadonlySet<number>;
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** A day has to be right by its number and by its weekday; where both are restricted, by one of them. */
  readonly isEitherDay: boolean;
}

const predefined: Readonly<Record<string, string>> = {
  '@yearly': '0 0 0 1 1 *',
  '@annually': '0 0 0 1 1 *',
  '@monthly': '0 0 0 1 * *',
  '@weekly': '0 0 0 * * 0',
  '@daily': '0 0 0 * * *',
  '@midnight': '0 0 0 * * *',
  '@hourly': '0 0 * * * *',
};

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** Beyond this a date (30 February) does not come: it covers leap years around one that is none. */
const DAYS_LOOKED_AT = 366 * 9;
const DAY = 86_400_000;

/** Undefined for what is no such schedule. */
export function parseCron(text: string): Cron | undefined {
  const fields = (predefined[text] ?? text).trim().split(/\s+/);
  if (fields.length !== 6) return undefined;
  const [second = '', minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const sets = {
    seconds: parseField(second, 0, 59),
    minutes: parseField(minute, 0, 59),
    hours: parseField(hour, 0, 23),
    days: parseField(day, 1, 31),
    months: parseField(month, 1, 12, months),
    weekdays: parseField(weekday, 0, 6, weekdays),
  };
  if (Object.values(sets).some((set) => set === undefined)) return undefined;
  return { ...(sets as Omit<Cron, 'isEitherDay'>), isEitherDay: !/[*?]/.test(day) && !/[*?]/.test(weekday) };
}

/** The first moment after this one, in milliseconds of a clock that knows no zones; undefined when there is none. */
export function nextByCron(cron: Cron, after: number): number | undefined {
  const from = Math.floor(after / 1000) * 1000 + 1000;
  const today = Math.floor(from / DAY) * DAY;
  for (let i = 0; i < DAYS_LOOKED_AT; i++) {
    const day = today + i * DAY;
    if (!isOnDay(cron, new Date(day))) continue;
    const at = firstOfDay(cron, i === 0 ? from - day : 0);
    if (at !== undefined) return day + at;
  }
  return undefined;
}

function isOnDay({ days, months, weekdays, isEitherDay }: Cron, date: Date): boolean {
  if (!months.has(date.getUTCMonth() + 1)) return false;
  const byNumber = days.has(date.getUTCDate());
  const byWeekday = weekdays.has(date.getUTCDay());
  return isEitherDay ? byNumber || byWeekday : byNumber && byWeekday;
}

/** The first moment of a day that is not before `from`; both in milliseconds since midnight. */
function firstOfDay({ hours, minutes, seconds }: Cron, from: number): number | undefined {
  for (let minute = Math.floor(from / 60_000); minute < 24 * 60; minute++) {
    if (!hours.has(Math.floor(minute / 60)) || !minutes.has(minute % 60)) continue;
    for (let second = 0; second < 60; second++) {
      const at = (minute * 60 + second) * 1000;
      if (at >= from && seconds.has(second)) return at;
    }
  }
  return undefined;
}

function parseField(text: string, least: number, most: number, names: readonly string[] = []): Set<number> | undefined {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    if (part === '') continue;
    const found = /^(\*|\?|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part);
    if (found === null) return undefined;
    const [, start = '', end, step] = found;
    const isAll = start === '*' || start === '?';
    const from = isAll ? least : numberOf(start, least, names);
    const toEnd = isAll || (step !== undefined && end === undefined);
    const to = toEnd ? most : numberOf(end ?? start, least, names);
    const by = Number(step ?? 1);
    // A number that is none fails the comparisons.
    if (!(from >= least && to <= most && from <= to && by > 0)) return undefined;
    for (let at = from; at <= to; at += by) numbers.add(at);
  }
  return numbers.size > 0 ? numbers : undefined;
}

function numberOf(text: string, least: number, names: readonly string[]): number {
  if (/^\d+$/.test(text)) return Number(text);
  const index = names.indexOf(text.toLowerCase());
  return index < 0 ? Number.NaN : index + least;
}
