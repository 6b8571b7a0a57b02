import { formatMs } from './format.js';

/** The bound that a share of all is within. @param {{ boundsMs: number[], counts: number[] }} spread @param {number} share */
export function within({ boundsMs, counts }, share) {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return '–';
  let seen = 0;
  for (const [i, bound] of boundsMs.entries()) {
    seen += counts[i];
    if (seen >= all * share) return `≤ ${formatMs(bound)}`;
  }
  return `> ${formatMs(boundsMs.at(-1))}`;
}
