import { readFileSync } from 'node:fs';
import type { Family } from '../family.ts';

/** A nats-server's pages by path, and what prometheus-nats-exporter made of them (see `record.ts`). */
export interface Recorded {
  pages: Record<string, Record<string, unknown>>;
  /** Without and with details of connections. */
  exported: Record<'plain' | 'detailed', Family[]>;
}

/** The names of JetStream's metrics, of the exporter (see `scripts/record-jetstream.ts`). */
export function recordedJetStreamNames(): string[] {
  const file = new URL('../exporter/recorded-jetstream.json', import.meta.url);
  const { exported }: { exported: Family[] } = JSON.parse(readFileSync(file, 'utf8'));
  return exported.map(({ name }) => name);
}

export function recorded(): Recorded {
  return JSON.parse(readFileSync(new URL('../exporter/recorded.json', import.meta.url), 'utf8'));
}
