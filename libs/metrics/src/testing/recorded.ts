import { readFileSync } from 'node:fs';
import type { Family } from '../family.ts';

/** A nats-server's pages by path, and what prometheus-nats-exporter made of them (see `record.ts`). */
export interface Recorded {
  pages: Record<string, Record<string, unknown>>;
  /** Without and with details of connections. */
  exported: Record<'plain' | 'detailed', Family[]>;
}

export function recorded(): Recorded {
  return JSON.parse(readFileSync(new URL('../exporter/recorded.json', import.meta.url), 'utf8'));
}
