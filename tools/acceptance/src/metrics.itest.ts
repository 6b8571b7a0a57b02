import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skein } from '@skein/metrics';
import { parseExposition, recorded } from '@skein/metrics/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dashboards } from './dashboards.ts';
import { needs } from './needs.ts';
import type { Node } from './node.ts';
import { freeze, openClient, startNode } from './scope.ts';
import { until } from './until.ts';

const url = (node: Node): string => `http://127.0.0.1:${node.server.monitoringPort}/metrics`;
const scrape = async (node: Node) => parseExposition(await (await fetch(url(node))).text());

/** These have no series before something has happened. */
const seldom = new Set<string>([skein.refusals.name, skein.staleAnswers.name, skein.seriesDropped.name]);

describe('/metrics', () => {
  it('has every metric of the exporter and of the catalogue, on a node of two gateways', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'streams-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const conf = `jetstream { store_dir: "${folder}" }\n`;
    const node = await startNode({ conf, gateways: 2, metrics: 'accounts: true' });
    const client = await openClient(node);
    client.subscribe('a');
    await client.flush();
    await client.close();
    const exported = recorded().exported.plain.map(({ name }) => name);
    // Which pages somebody has looked at is chance.
    const wanted = exported.filter((name) => !name.startsWith('gnatsd_varz_http_req_stats_'));
    for (const { name } of Object.values(skein)) if (!seldom.has(name)) wanted.push(name);
    let missing = wanted;
    // A connection has to have ended, and the delay of event loops to be measured, which begins with the first scrape.
    await until(`nothing is missing of ${missing.length} metrics`, 10_000, async () => {
      const names = new Set((await scrape(node)).map(({ name }) => name));
      missing = wanted.filter((name) => !names.has(name));
      return missing.length === 0;
    }).catch(() => expect(missing).toEqual([]));
  });

  it('shows a frozen process as down, with the figures it had', async () => {
    const node = await startNode({ gateways: 2 });
    await scrape(node);
    freeze(await node.process('auth-resolver'));
    const families = await scrape(node);
    const shown = (wanted: string) =>
      families.find(({ name }) => name === wanted)?.samples.find(({ labels }) => labels.process === 'auth-resolver/0')
        ?.value;
    expect([shown(skein.up.name), shown(skein.answerAge.name)]).toEqual([0, expect.any(Number)]);
    expect(shown(skein.answerAge.name)).toBeGreaterThan(0);
    expect(shown(skein.residentMemory.name)).toBeGreaterThan(0);
  });

  it('is to the liking of promtool, but for names that are the exporter’s', async (context) => {
    needs(context, 'promtool');
    const node = await startNode({ gateways: 2 });
    const text = await (await fetch(url(node))).text();
    let complaints = '';
    try {
      execFileSync('promtool', ['check', 'metrics'], { input: text, stdio: ['pipe', 'pipe', 'pipe'] });
    } catch (error) {
      const { stdout, stderr } = error as { stdout: Buffer; stderr: Buffer };
      complaints = `${stdout}${stderr}`;
    }
    const ours = complaints.split('\n').filter((line) => line !== '' && !/^(?:gnatsd|jetstream)_/.test(line));
    expect(ours).toEqual([]);
  });

  it('is scraped by Prometheus, and what was scraped can be asked for', async (context) => {
    needs(context, 'prometheus');
    const node = await startNode();
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
    const target = `127.0.0.1:${node.server.monitoringPort}`;
    await writeFile(
      join(folder, 'prometheus.yml'),
      `scrape_configs:\n  - job_name: skein\n    scrape_interval: 1s\n    scrape_timeout: 1s\n    static_configs: [{ targets: ['${target}'] }]\n`,
    );
    const flags = ['--config.file', join(folder, 'prometheus.yml'), '--storage.tsdb.path', join(folder, 'data')];
    const prometheus = spawn('prometheus', [...flags, '--web.listen-address', '127.0.0.1:0'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(async () => {
      prometheus.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    });
    let log = '';
    prometheus.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    await until('Prometheus serves', 20_000, () => /Server is ready/.test(log));
    const address = /Listening on" address=(\S+)/.exec(log)?.[1];
    const ask = async (query: string) => {
      const answer = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(query)}`);
      const { data, error } = (await answer.json()) as {
        data: { result: { metric: Record<string, string> }[] };
        error?: string;
      };
      if (error !== undefined) throw new Error(`${query}: ${error}`);
      return data.result;
    };
    const client = await openClient(node);
    const asked = 'gnatsd_varz_connections == 1 and on (instance) sum by (instance) (skein_up) == 4';
    await until('one connection and four processes', 20_000, async () => (await ask(asked)).length === 1);
    await client.close();
    for (const [, targets] of dashboards()) {
      for (const { expr } of targets) await ask(expr.replaceAll('$node', '.*').replaceAll('$__rate_interval', '1m'));
    }
    const up = await ask('skein_up');
    expect(up.map(({ metric }) => [metric.instance, metric.process]).sort()).toEqual(
      ['auth-resolver/0', 'gateway/0', 'monitor/0', 'router/0'].map((process) => [target, process]),
    );
  });
});
