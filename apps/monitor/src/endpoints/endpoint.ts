import type { Monitor } from '../monitor.ts';

/** The query of a request; of a name that is given twice, the first. */
export type Query = Readonly<Record<string, string>>;

/** What a page answers. `compact`: without line breaks. */
export interface Page {
  status: number;
  body: unknown;
  compact?: boolean;
}

export type Endpoint = (monitor: Monitor, query: Query) => Promise<Page> | Page;

export const ok = (body: unknown): Page => ({ status: 200, body });

export const isoTime = (unixMs: number): string => new Date(unixMs).toISOString();
