import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pageDifferences } from './compare.ts';
import { readPages } from './read.ts';
import { loadRecordedPages } from './recording.ts';
import type { RecordedPage, Situation } from './situation.ts';
import { situations } from './situations.ts';

const binary = process.env.SKEIN_SERVER ?? join(import.meta.dirname, '../../../../tools/nats-server');
const { pages: recorded } = loadRecordedPages();

/** Where we mean to answer otherwise than nats-server: lines of `pageDifferences` that are expected, and why. */
const deliberate: [line: RegExp, why: string][] = [
  [/varz\.body\.processes: only here$/, 'what the node is made of'],
  [/varz\.body\.http_req_stats\.\/(ipqueuesz|raftz|expvarz): only here$/, 'every page is counted'],
  [/(varz\.body|account_detail)\.subscriptions: \d+, here \d+$/, "nats-server counts the server's own too"],
  [/\/subsz\S*\.body\.total: \d+, here \d+$/, "nats-server counts the server's own too"],
  [/\/debug\/vars\.type: /, 'the one page of nats-server that names a charset for JSON'],
  [/leaving\.\/healthz\S*\.error: /, 'says why, where nats-server says that it waited 1 ms'],
  [/acc=\$G&state=closed\.body\.(num_connections|total|connections): /, 'nats-server finds none of the global account'],
];

test('every situation is recorded, every record has its situation', () => {
  const urls = (of: Record<string, Situation>) => Object.entries(of).map(([name, one]) => [name, [...one.urls]]);
  expect(Object.entries(recorded).map(([name, pages]) => [name, Object.keys(pages)])).toEqual(urls(situations));
});

const isDeliberate = (line: string): boolean => deliberate.some(([expected]) => expected.test(line));

test.each(Object.keys(situations))('%s', async (name) => {
  const pages = await readPages(binary, situations[name]);
  expect(pageDifferences(recorded[name], pages, name).filter((line) => !isDeliberate(line))).toEqual([]);
});

/** Ids come in blocks, one for each gateway: neither their order nor where a page is cut can be foreseen. */
const severalGateways = ['clients', 'accounts', 'full', 'tlsVerify'];

test.skipIf(process.env.SKEIN_SERVER !== undefined).each(severalGateways)('%s, with two gateways', async (name) => {
  const { options, prepare, urls: all } = situations[name];
  const urls = all.filter((url) => !/limit|offset/.test(url));
  const conf = `${options.conf}\nskein { gateways: 2 }\n`;
  const pages = await readPages(binary, { options: { ...options, conf }, prepare, urls });
  const expected = Object.fromEntries(urls.map((url) => [url, inOrder(recorded[name][url])]));
  const actual = Object.fromEntries(urls.map((url) => [url, inOrder(pages[url])]));
  const differences = pageDifferences(expected, actual, name).filter((line) => !/config_digest: /.test(line));
  expect(differences.filter((line) => !isDeliberate(line))).toEqual([]);
});

function inOrder(page: RecordedPage): RecordedPage {
  const { connections } = (page.body ?? {}) as { connections?: unknown };
  if (!Array.isArray(connections)) return page;
  const sorted = connections.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return { ...page, body: { ...(page.body as object), connections: sorted } };
}
