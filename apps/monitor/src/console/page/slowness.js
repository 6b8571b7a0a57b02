/** How near a connection is to being cut off for not reading what it is sent. */

/** Shares of `max_pending`. */
const SLOW = 1 / 64;
const CRITICAL = 1 / 2;

/**
 * @param {{ pendingBytes: number, reason?: string }} connection
 * @param {number} pendingBytesMax beyond which it is cut off
 * @returns {'' | 'slow' | 'critical'}
 */
export function slowness({ pendingBytes, reason }, pendingBytesMax) {
  if (reason?.startsWith('Slow Consumer')) return 'critical';
  if (pendingBytes >= pendingBytesMax * CRITICAL) return 'critical';
  return pendingBytes >= pendingBytesMax * SLOW ? 'slow' : '';
}
