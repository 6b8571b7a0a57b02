import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { skein } from '@skein/metrics';
import { recorded, recordedJetStreamNames } from '@skein/metrics/testing';
import { expect, it } from 'vitest';
import { dashboards } from './dashboards.ts';
import { needs } from './needs.ts';

const deploy = new URL('../../../deploy/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, deploy), 'utf8');

const known = new Set([
  ...Object.values(skein).map(({ name }) => name),
  ...recorded().exported.plain.map(({ name }) => name),
  ...recordedJetStreamNames(),
]);

/** Names of metrics in queries; a histogram's parts are one metric. */
function unknownIn(text: string): string[] {
  const names = text.match(/\b(?:skein|gnatsd|jetstream)_[a-z0-9_]+/g) ?? [];
  return [...new Set(names)].filter(
    (name) => !known.has(name) && !known.has(name.replace(/_(?:bucket|sum|count)$/, '')),
  );
}

it('rules ask for metrics that exist', () => {
  const expressions = read('prometheus/rules.yml').match(/expr:[\s\S]*?(?=\n {8}\w)/g) ?? [];
  expect(expressions).toHaveLength(21);
  expect(unknownIn(expressions.join('\n'))).toEqual([]);
});

it.each(dashboards())(
  'the dashboard %s asks for metrics that exist, of the data source that is there',
  (_, targets) => {
    expect(targets.length).toBeGreaterThan(10);
    expect(unknownIn(targets.map(({ expr }) => expr).join('\n'))).toEqual([]);
    const source = /uid: (\w+)/.exec(read('grafana/provisioning/datasources/prometheus.yml'))?.[1];
    expect(new Set(targets.map(({ datasource }) => datasource.uid))).toEqual(new Set([source]));
  },
);

/** The words of a service's command in a compose file. */
const commandOf = (file: string, service: string): string[] =>
  (new RegExp(`^ {2}${service}:[^]*?command:\\s*\\[([^\\]]*)\\]`, 'm').exec(read(file))?.[1] ?? '').match(
    /[^\s,"]+/g,
  ) ?? [];

it.each(['gateway', 'monitor'])('%s is started as without Prometheus, but for its metrics', (service) => {
  const own = commandOf('compose.yaml', service);
  expect(own).toContain(`${service}.mjs`);
  const port = /net:(\d+)/g;
  const scraped = [...read('prometheus/prometheus.yml').matchAll(port)].map(([, digits]) => digits);
  const [address, ...more] = commandOf('observability.yaml', service).slice(own.length + 1);
  expect(commandOf('observability.yaml', service)).toEqual([...own, '--metrics_port', address]);
  expect(more).toEqual([]);
  expect(scraped).toContain(address.replace('0.0.0.0:', ''));
});

/** What the exporter's own dashboards ask for of the server. */
it.each([
  'connections',
  'cpu',
  'in_bytes',
  'in_msgs',
  'mem',
  'out_bytes',
  'out_msgs',
  'slow_consumers',
  'subscriptions',
])("gnatsd_varz_%s, which the exporter's dashboards ask for, exists", (name) => {
  expect(known).toContain(`gnatsd_varz_${name}`);
});

it('promtool takes the configuration', (context) => {
  needs(context, 'promtool');
  const check = ['check', 'config', 'prometheus/prometheus.yml'];
  expect(execFileSync('promtool', check, { cwd: deploy, encoding: 'utf8' })).toContain('SUCCESS: 21 rules found');
});

it('each rule fires when it should, and not otherwise', (context) => {
  needs(context, 'promtool');
  const test = ['test', 'rules', 'prometheus/rules.test.yml'];
  expect(execFileSync('promtool', test, { cwd: deploy, encoding: 'utf8' })).toContain('SUCCESS');
});
