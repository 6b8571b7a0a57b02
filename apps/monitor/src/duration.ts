/** As Go prints a short span: `123.4µs`, `8.783846ms`, `1.5s`; no zeros at the end. */
export function formatDuration(ms: number): string {
  const nanos = Math.round(ms * 1e6);
  if (nanos === 0) return '0s';
  if (nanos < 1e3) return `${nanos}ns`;
  if (nanos < 1e6) return `${nanos / 1e3}µs`;
  if (nanos < 1e9) return `${nanos / 1e6}ms`;
  return `${nanos / 1e9}s`;
}
