import type { Family, MetricType, Sample } from '../family.ts';

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const NUMBER = /^(?:[+-]?Inf|NaN|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/;
const TYPES: readonly string[] = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

/**
 * Reads Prometheus' text format (0.0.4) and takes nothing that a scraper might stumble over: each metric once, in one block,
 * HELP and TYPE before its samples, no series twice, histograms whole. Throws an Error that names the line.
 */
export function parseExposition(text: string): Family[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families: Family[] = [];
  const names = new Set<string>();
  const series = new Set<string>();
  let help: { name: string; text: string } | undefined;
  let family: Family | undefined;
  for (const [i, line] of text.slice(0, -1).split('\n').entries()) {
    const fail: (problem: string) => never = (problem) => {
      throw new Error(`line ${i + 1}: ${problem}: ${line}`);
    };
    if (line === '') continue;
    if (line.startsWith('#')) {
      const [, keyword, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? fail('neither HELP nor TYPE');
      if (keyword === 'HELP') {
        if (names.has(name)) fail('a metric for the second time');
        help = { name, text: unescapeText(rest, false) };
        continue;
      }
      if (help?.name !== name) fail('a TYPE without its HELP');
      if (NAME.exec(name)?.[0] !== name) fail('no name');
      if (!TYPES.includes(rest)) fail('no type');
      family = { name, type: rest as MetricType, help: help?.text ?? '', samples: [] };
      names.add(name);
      families.push(family);
      continue;
    }
    const { name, sample } = parseSample(line, fail);
    if (family === undefined) fail('a sample of no metric');
    const suffix = name.slice(family.name.length);
    if (!name.startsWith(family.name) || !suffixesOf(family.type).includes(suffix)) fail(`not of ${family.name}`);
    const key = name + JSON.stringify(Object.entries(sample.labels).sort());
    if (series.has(key)) fail('a series for the second time');
    series.add(key);
    family.samples.push(suffix === '' ? sample : { ...sample, suffix });
  }
  for (const one of families) if (one.type === 'histogram') checkHistogram(one);
  return families;
}

const suffixesOf = (type: string): string[] => (type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']);

function parseSample(line: string, fail: (problem: string) => never): { name: string; sample: Sample } {
  const name = NAME.exec(line)?.[0] ?? fail('no name');
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith('{')) {
    rest = rest.slice(1);
    while (!rest.startsWith('}')) {
      const label = LABEL_NAME.exec(rest)?.[0] ?? fail('no label');
      const value = /^="((?:[^"\\]|\\[\\"n])*)"/.exec(rest.slice(label.length)) ?? fail('no label value');
      if (Object.hasOwn(labels, label)) fail('a label for the second time');
      labels[label] = unescapeText(value[1], true);
      rest = rest.slice(label.length + value[0].length);
      if (rest.startsWith(',')) rest = rest.slice(1);
      else if (!rest.startsWith('}')) fail('no comma');
    }
    rest = rest.slice(1);
  }
  if (!rest.startsWith(' ')) fail('no blank before the value');
  const value = rest.slice(1);
  if (!NUMBER.test(value)) fail('no number');
  return { name, sample: { labels, value: parseNumber(value) } };
}

const parseNumber = (text: string): number => Number(text.replace('Inf', 'Infinity'));

function unescapeText(text: string, quotes: boolean): string {
  return text.replace(quotes ? /\\([\\"n])/g : /\\([\\n])/g, (_, one: string) => (one === 'n' ? '\n' : one));
}

/** Buckets that never fall, up to +Inf, which is the count. */
function checkHistogram({ name, samples }: Family): void {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels as Record<string, string>;
    const key = JSON.stringify(labels);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  for (const [key, group] of groups) {
    const buckets = group.filter(({ suffix }) => suffix === '_bucket');
    const bounds = buckets.map(({ labels }) => parseNumber((labels as Record<string, string>).le));
    const counts = buckets.map(({ value }) => value);
    const rises = (values: number[], strictly: boolean): boolean =>
      values.every((value, i) => i === 0 || value > values[i - 1] || (!strictly && value === values[i - 1]));
    const count = group.find(({ suffix }) => suffix === '_count')?.value;
    const whole = group.some(({ suffix }) => suffix === '_sum') && bounds.at(-1) === Number.POSITIVE_INFINITY;
    if (!whole || !rises(bounds, true) || !rises(counts, false) || counts.at(-1) !== count) {
      throw new Error(`${name}${key}: not a histogram`);
    }
  }
}
