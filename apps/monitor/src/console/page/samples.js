/** @import { SeriesSlice } from '../../history/series.ts' */

/** @typedef {(number | null)[]} Column */

/** The samples that this tab has: what the monitor kept, and what came since. Times in Unix seconds, as the plots take them. */
export class Samples {
  /** @type {number[]} */
  times = [];
  /** @type {Map<string, Column>} */
  node = new Map();
  /** Columns by process. @type {Map<string, Map<string, Column>>} */
  processes = new Map();
  #spanMs;

  /** @param {number} spanMs */
  constructor(spanMs) {
    this.#spanMs = spanMs;
  }

  /** Unix ms of the newest; 0 without one. */
  get lastMs() {
    return (this.times.at(-1) ?? 0) * 1000;
  }

  /** Appends what is newer than all there is. @param {SeriesSlice} slice */
  merge(slice) {
    const had = this.times.length;
    const added = slice.times.length;
    if (added === 0) return;
    for (const at of slice.times) this.times.push(at / 1000);
    for (const [name, values] of Object.entries(slice.node)) append(this.node, name, values, had);
    for (const [key, columns] of Object.entries(slice.processes)) {
      const process = this.processes.get(key) ?? new Map();
      this.processes.set(key, process);
      for (const [name, values] of Object.entries(columns)) append(process, name, values, had);
    }
    for (const [key, columns] of this.processes) {
      if (slice.processes[key] !== undefined) continue;
      for (const column of columns.values()) column.push(...new Array(added).fill(null));
    }
    this.#trim();
  }

  /** @param {string} name @returns {Column} */
  column(name) {
    return this.node.get(name) ?? [];
  }

  /** @param {string} name */
  newest(name) {
    return this.column(name).at(-1) ?? null;
  }

  #trim() {
    const oldest = (this.lastMs - this.#spanMs) / 1000;
    let gone = 0;
    while (this.times[gone] < oldest) gone++;
    if (gone === 0) return;
    this.times.splice(0, gone);
    for (const column of this.node.values()) column.splice(0, gone);
    for (const [key, columns] of this.processes) {
      for (const column of columns.values()) column.splice(0, gone);
      if ([...columns.values()].every((column) => column.every((value) => value === null))) this.processes.delete(key);
    }
  }
}

/**
 * @param {Map<string, Column>} columns
 * @param {string} name
 * @param {Column} values
 * @param {number} had samples before these
 */
function append(columns, name, values, had) {
  const column = columns.get(name);
  if (column === undefined) columns.set(name, [...new Array(had).fill(null), ...values]);
  else for (const value of values) column.push(value);
}
