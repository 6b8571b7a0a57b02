/** What is kept of the node at each sample; rates are per second since the sample before. */
export const nodeColumns = [
  'inMsgs',
  'outMsgs',
  'inBytes',
  'outBytes',
  'connections',
  'subscriptions',
  'pendingBytes',
] as const;

/** What is kept of each process: percent of one core, bytes, milliseconds. */
export const processColumns = ['cpu', 'memory', 'loopDelayMs'] as const;

export type NodeFigures = Record<(typeof nodeColumns)[number], number>;
export type ProcessRow = Record<(typeof processColumns)[number], number>;

/** Columns as they go over the wire: `null` is a gap. */
export interface SeriesSlice {
  /** Unix ms, rising. */
  times: number[];
  node: Record<keyof NodeFigures, number[]>;
  /** By process, as `gateway 0`. */
  processes: Record<string, Record<keyof ProcessRow, number[]>>;
}

interface ProcessSeries {
  columns: Float64Array[];
  lastMs: number;
}

/** A node has at most 64 gateways; what is beyond is not drawn. */
const PROCESSES_MAX = 96;

/**
 * The last samples, in a ring of fixed size: `capacity` samples of the node and of at most 96 processes, 8 bytes a figure.
 * Samples need not be equally far apart. What is older than `spanMs` is not given out.
 */
export class Series {
  readonly #capacity: number;
  readonly #spanMs: number;
  readonly #times: Float64Array;
  readonly #node: Float64Array[];
  readonly #processes = new Map<string, ProcessSeries>();
  #written = 0;

  constructor(capacity: number, spanMs: number) {
    this.#capacity = capacity;
    this.#spanMs = spanMs;
    this.#times = new Float64Array(capacity);
    this.#node = nodeColumns.map(() => new Float64Array(capacity));
  }

  /** Unix ms of the newest sample; 0 when there is none. */
  get lastMs(): number {
    return this.#written === 0 ? 0 : this.#times[(this.#written - 1) % this.#capacity];
  }

  /** `atMs` must be above that of the sample before. */
  add(atMs: number, node: NodeFigures, processes: ReadonlyMap<string, ProcessRow>): void {
    const slot = this.#written++ % this.#capacity;
    this.#times[slot] = atMs;
    nodeColumns.forEach((name, i) => {
      this.#node[i][slot] = node[name];
    });
    for (const [key, row] of processes) {
      const series = this.#seriesOf(key);
      if (series === undefined) continue;
      series.lastMs = atMs;
      processColumns.forEach((name, i) => {
        series.columns[i][slot] = row[name];
      });
    }
    for (const [key, { columns, lastMs }] of this.#processes) {
      if (lastMs < atMs - this.#spanMs) this.#processes.delete(key);
      else if (lastMs !== atMs) for (const column of columns) column[slot] = Number.NaN;
    }
  }

  /** The samples younger than `sinceMs`. */
  since(sinceMs: number): SeriesSlice {
    const slots = this.#slotsSince(Math.max(sinceMs, this.lastMs - this.#spanMs - 1));
    const values = (column: Float64Array): number[] => slots.map((slot) => rounded(column[slot]));
    return {
      times: slots.map((slot) => this.#times[slot]),
      node: named(nodeColumns, this.#node.map(values)),
      processes: Object.fromEntries(
        [...this.#processes].map(([key, { columns }]) => [key, named(processColumns, columns.map(values))]),
      ),
    };
  }

  #slotsSince(sinceMs: number): number[] {
    const slots: number[] = [];
    for (let at = this.#written - 1; at >= Math.max(0, this.#written - this.#capacity); at--) {
      const slot = at % this.#capacity;
      if (this.#times[slot] <= sinceMs) break;
      slots.push(slot);
    }
    return slots.reverse();
  }

  #seriesOf(key: string): ProcessSeries | undefined {
    let series = this.#processes.get(key);
    if (series === undefined && this.#processes.size < PROCESSES_MAX) {
      const columns = processColumns.map(() => new Float64Array(this.#capacity).fill(Number.NaN));
      series = { columns, lastMs: 0 };
      this.#processes.set(key, series);
    }
    return series;
  }
}

/** Two digits behind the point are more than a plot shows. */
const rounded = (value: number): number => Math.round(value * 100) / 100;

function named<Name extends string>(names: readonly Name[], values: readonly number[][]): Record<Name, number[]> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]])) as Record<Name, number[]>;
}
