/** Numbers as people read them: three digits that count, a unit, nothing that jumps about. */

const whole = new Intl.NumberFormat('en');

/**
 * @param {number} value
 * @param {readonly string[]} units rising
 * @param {number} step from one to the next
 */
function scaled(value, units, step) {
  let rest = Math.abs(value);
  let at = 0;
  // 999.5 would be shown as 1000: it belongs to the next unit already.
  while (rest >= (at === 0 ? step : step - 0.5) && at < units.length - 1) {
    rest /= step;
    at++;
  }
  const digits = at === 0 && Number.isInteger(value) ? 0 : rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  return `${value < 0 ? '−' : ''}${rest.toFixed(digits)}${units[at]}`;
}

/** 1,234,567 @param {number | null | undefined} value */
export const formatWhole = (value) => (isNumber(value) ? whole.format(Math.round(value)) : '–');

/** Up to 9,999 as it is, then 12.3 k, 1.23 M. @param {number | null | undefined} value */
export function formatCount(value) {
  if (!isNumber(value)) return '–';
  if (Math.abs(value) < 9999.5) return Math.abs(value) < 10 ? String(Math.round(value * 10) / 10) : formatWhole(value);
  return scaled(value, ['', ' k', ' M', ' G', ' T'], 1000);
}

/** 1.21 KiB @param {number | null | undefined} value */
export const formatBytes = (value) =>
  isNumber(value) ? scaled(Math.round(value), [' B', ' KiB', ' MiB', ' GiB', ' TiB', ' PiB'], 1024) : '–';

/** @param {number | null | undefined} value */
export const formatRate = (value) => (isNumber(value) ? `${formatCount(value)}/s` : '–');

/** @param {number | null | undefined} value */
export const formatByteRate = (value) => (isNumber(value) ? `${formatBytes(value)}/s` : '–');

/** @param {number | null | undefined} value */
export const formatPercent = (value) => (isNumber(value) ? `${value.toFixed(value >= 99.95 ? 0 : 1)} %` : '–');

/** A latency: 340 µs, 1.25 ms, 2.50 s. @param {number | null | undefined} ms */
export function formatMs(ms) {
  if (!isNumber(ms)) return '–';
  if (ms < 0.001) return '0 ms';
  if (ms < 0.9995) return `${Math.round(ms * 1000)} µs`;
  if (ms < 999.5) return `${ms.toFixed(ms >= 99.95 ? 0 : ms >= 9.995 ? 1 : 2)} ms`;
  return `${(ms / 1000).toFixed(2)} s`;
}

const spans = /** @type {const} */ ([
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
]);

/** A span in its two greatest units: 3d 4h, 12m 5s, 8s. @param {number} ms */
export function formatSpan(ms) {
  let rest = Math.max(0, Math.floor(ms / 1000));
  /** @type {string[]} */
  const parts = [];
  for (const [unit, seconds] of spans) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0 || (parts.length > 0 && parts.length < 2)) parts.push(`${count}${unit}`);
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0s';
}

/** The time of day. @param {number} unixMs */
export const formatClock = (unixMs) => new Date(unixMs).toLocaleTimeString('en-GB');

/** The time of day, and the day where it is not today's. @param {number} unixMs @param {number} nowMs */
export const formatMoment = (unixMs, nowMs) =>
  formatTime(unixMs).slice(0, 10) === formatTime(nowMs).slice(0, 10) ? formatClock(unixMs) : formatTime(unixMs);

/** `2026-11-21 22:10:05` @param {number} unixMs */
export const formatTime = (unixMs) => `${new Date(unixMs).toLocaleDateString('sv')} ${formatClock(unixMs)}`;

/** @param {unknown} value @returns {value is number} */
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);
