import { type Metric, Registry } from 'prom-client';
import type { Family } from './family.ts';

/** Prometheus' text format, version 0.0.4. */
export const contentType: string = Registry.PROMETHEUS_CONTENT_TYPE;

/**
 * Writes families as Prometheus reads them. Their values were counted by other processes: they are handed to the library as
 * they are, where its own metrics would count again.
 */
export function exposition(families: readonly Family[]): Promise<string> {
  const registry = new Registry();
  for (const family of families) registry.registerMetric(new Given(family) as unknown as Metric);
  return registry.metrics();
}

/** The part of one of the library's metrics that its registry needs. */
class Given {
  readonly name: string;
  readonly #family: Family;

  constructor(family: Family) {
    this.name = family.name;
    this.#family = family;
  }

  get() {
    const { name, help, type, samples } = this.#family;
    const values = samples.map(({ labels, value, suffix = '' }) => ({ metricName: name + suffix, labels, value }));
    return { name, help, type, values };
  }
}
