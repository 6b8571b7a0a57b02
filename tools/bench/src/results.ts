/** What one server made of one row: the runs in the order in which they were made. */
export type Side = {
  /** By figure. */
  runs: Record<string, number[]>;
  medians: Record<string, number>;
  /** Message rows only: processor time in µs a message, median over the runs. */
  cpu?: { server: number; generator: number; processes: Record<string, number> };
};

export type RowResult = {
  row: string;
  measuredAt: string;
  skein: Side | null;
  peer: Side | null;
  /** By figure, Skein over peer: the median over the pairs of runs that followed each other. */
  ratios: Record<string, number>;
  /** Why there is no figure. */
  error?: string;
};

export type Machine = { cpu: string; cores: number; memoryGib: number; kernel: string; node: string };

/** The JSON document that `--json` writes. */
export type Results = {
  machine: Machine;
  servers: { skein: string; peer: string | null };
  options: { runs: number; load: { seconds: number } | { count: number }; scale: number };
  rows: RowResult[];
};

/** `newer`, with the rows of `older` that it lacks, in the order of `names`. */
export function merged(older: Results, newer: Results, names: string[]): Results {
  const byName = new Map([...older.rows, ...newer.rows].map((result) => [result.row, result]));
  return { ...newer, rows: names.flatMap((name) => byName.get(name) ?? []) };
}
