const UNITS = ['KB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** As nats-server shows sizes: `0 B`, `953.67 MB`, `2.00 TB`; a KB is 1024 bytes. */
export function formatBytes(bytes: unknown): string {
  let size = bytes as number;
  if (size < 1024) return `${size} B`;
  let unit = -1;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size.toFixed(2)} ${UNITS[unit]}`;
}
