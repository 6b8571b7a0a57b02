/** @import { Column } from './samples.js' */

/**
 * The columns with the highest values, in the order of their names: the same process has the same colour as long as it is among them.
 * @param {ReadonlyMap<string, ReadonlyMap<string, Column>>} processes @param {string} name @param {number} count
 * @returns {[string, Column][]}
 */
export function highest(processes, name, count) {
  const columns = Array.from(
    processes,
    ([key, named]) => /** @type {[string, Column]} */ ([key, named.get(name) ?? []]),
  );
  const chosen =
    columns.length <= count ? columns : columns.toSorted((a, b) => peak(b[1]) - peak(a[1])).slice(0, count);
  return chosen.toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
}

/** @param {Column} column */
const peak = (column) => column.reduce((/** @type {number} */ most, value) => Math.max(most, value ?? 0), 0);
