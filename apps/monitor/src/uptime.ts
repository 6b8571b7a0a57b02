const units = [
  ['y', 365 * 24 * 3600],
  ['d', 24 * 3600],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** As nats-server writes a span: `5s`, `2m0s`, `1d2h3m4s`; whole seconds, no leading units that are 0. */
export function formatUptime(ms: number): string {
  let rest = Math.floor(ms / 1000);
  let text = '';
  for (const [unit, seconds] of units) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (text !== '' || count > 0 || unit === 's') text += `${count}${unit}`;
  }
  return text;
}
