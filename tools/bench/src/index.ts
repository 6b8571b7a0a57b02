export { bench } from './bench.ts';
export { type Options, parseOptions } from './options.ts';
export type { Results, RowResult } from './results.ts';
