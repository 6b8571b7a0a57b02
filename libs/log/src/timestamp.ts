const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** Formats unix milliseconds as `2026/11/21 19:31:16.123456`; keeps the part that changes once a second. */
export class Timestamp {
  private second = Number.NaN;
  private prefix = '';
  private readonly utc: boolean;

  constructor(utc: boolean) {
    this.utc = utc;
  }

  format(unixMs: number): string {
    const micros = Math.floor(unixMs * 1000);
    const second = Math.floor(micros / 1_000_000);
    if (second !== this.second) {
      this.second = second;
      this.prefix = this.utc ? utcPrefix(second) : localPrefix(second);
    }
    return `${this.prefix}.${String(micros - second * 1_000_000).padStart(6, '0')}`;
  }
}

function utcPrefix(second: number): string {
  const text = new Date(second * 1000).toISOString();
  return `${text.slice(0, 10).replaceAll('-', '/')} ${text.slice(11, 19)}`;
}

function localPrefix(second: number): string {
  const date = new Date(second * 1000);
  const day = `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
