import { formatMs } from './format.js';

/** The bound that a share of all is within. @param {number[]} boundsMs @param {number[]} counts @param {number} share */
export function within(boundsMs, counts, share) {
  const wanted = counts.reduce((sum, count) => sum + count, 0) * share;
  let seen = 0;
  for (const [i, bound] of boundsMs.entries()) {
    seen += counts[i];
    if (seen >= wanted) return `≤ ${formatMs(bound)}`;
  }
  return `> ${formatMs(boundsMs.at(-1))}`;
}
