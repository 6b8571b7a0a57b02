import type { HistogramFigures } from './histogram.ts';

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'untyped';

/** One metric as it is known to the outside: what may be added under its name. */
export interface Definition<Label extends string = string> {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly labels: readonly Label[];
}

export type Labels<Label extends string = string> = Readonly<Record<Label, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Of a histogram's parts: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
}

/** A metric with its values, as one block of the text format. */
export interface Family {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly samples: Sample[];
}

/** What one scrape answers, put together by the mappings: each metric stands once, with all its values. */
export class Families {
  readonly #byName = new Map<string, Family>();

  /** `value`: undefined (or anything but a number) where the process that should say it is of another version; nothing is shown then. */
  add<Label extends string>(definition: Definition<Label>, labels: Labels<Label>, value: number | undefined): void {
    if (typeof value === 'number' && !Number.isNaN(value)) this.#family(definition).samples.push({ labels, value });
  }

  addHistogram<Label extends string>(
    definition: Definition<Label>,
    labels: Labels<Label>,
    figures: HistogramFigures | undefined,
  ): void {
    if (figures === undefined) return;
    const { samples } = this.#family(definition);
    let count = 0;
    figures.bounds.forEach((bound, i) => {
      count += figures.counts[i];
      samples.push({ labels: { ...labels, le: String(bound) }, value: count, suffix: '_bucket' });
    });
    count += figures.counts[figures.bounds.length];
    samples.push({ labels: { ...labels, le: '+Inf' }, value: count, suffix: '_bucket' });
    samples.push({ labels, value: figures.sum, suffix: '_sum' });
    samples.push({ labels, value: count, suffix: '_count' });
  }

  all(): readonly Family[] {
    return [...this.#byName.values()];
  }

  #family({ name, type, help }: Definition): Family {
    let family = this.#byName.get(name);
    if (family === undefined) {
      family = { name, type, help, samples: [] };
      this.#byName.set(name, family);
    }
    return family;
  }
}
