import type { AccountOverview, RowsQuestion, StreamsQuestion } from '@skein/jetstream-core';
import { parseExposition } from '@skein/metrics/testing';
import { expect, it } from 'vitest';
import { consumers, streams } from '../console/streams.ts';
import { accountz } from '../endpoints/accountz.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import { healthz } from '../endpoints/healthz.ts';
import { jsz, jszOfAccount } from '../endpoints/jsz.ts';
import { answerService } from '../endpoints/service.ts';
import { varz } from '../endpoints/varz.ts';
import { scrape } from '../metrics/scrape.ts';
import { statsz } from '../system/statsz.ts';
import { figures, peer, testMonitor } from '../testing/test-monitor.ts';

const overview = (account: string, more: Partial<AccountOverview> = {}): AccountOverview => ({
  account,
  ...{ memory: 1, storage: 20, reserved: { memory: 300, storage: 4000 }, limits: { memory: -1, storage: 5000 } },
  ...{ streams: 2, consumers: 3, messages: 4, bytes: 21, api: { total: 6, errors: 1 } },
  ...more,
});

/** Two stores: both have something of A, the second alone has B. */
function node(troubles: object[] = []) {
  const { monitor, answers, peers } = testMonitor();
  monitor.configuration.jetstream = {
    ...{ storeDir: '/data', maxMemoryBytes: 1000, maxFileBytes: 2000, syncIntervalMs: 0, strict: true },
    ...{ maxOutstandingCatchupBytes: 0, maxBufferedBytes: 0, maxBufferedMessages: 0 },
    ...{ requestQueueMax: 0, infoQueueMax: 0, limits: { batch: {} } },
  };
  monitor.configuration.skein.jetstream.stores = 2;
  for (const [id, instance] of [
    [7, 0],
    [8, 1],
  ] as const) {
    peers.set(id, peer(id, 'jetstream-store', instance));
    answers.set(`${id} stats`, figures(id * 10)).set(`${id} health`, { status: 'ok' });
    answers.set(`${id} jetstream-find`, { stream: false, consumer: false });
  }
  answers.set('7 jetstream', { accounts: [overview('A')], troubles });
  answers.set('8 jetstream', {
    accounts: [overview('B', { limits: { memory: -1, storage: -1 } }), overview('A')],
    troubles: [],
  });
  const ask = async (endpoint: Endpoint, query: Record<string, string> = {}) => {
    const { status, body } = await endpoint.fromQuery(query)(monitor);
    return { status, body: JSON.parse(JSON.stringify(body)), text: JSON.stringify(body) };
  };
  return { monitor, answers, peers, ask };
}

it('/jsz sums up what the stores have', async () => {
  const { body, text } = await node().ask(jsz, { accounts: 'true' });
  expect(body).toMatchObject({ memory: 3, storage: 60, reserved_memory: 900, reserved_storage: 12_000, accounts: 2 });
  expect(body).toMatchObject({ streams: 6, consumers: 9, messages: 12, bytes: 63, total: 2 });
  expect(body.api).toEqual({ level: 5, total: 18, errors: 3 });
  expect(body.account_details.map(({ id, memory }: { id: string; memory: number }) => [id, memory])).toEqual([
    ['A', 2],
    ['B', 1],
  ]);
  // What reads it into 64 bits must not find one more than they hold.
  expect(text).toContain('"id":"B","memory":1,"storage":20,"reserved_memory":18446744073709551615');
  expect(body.account_details[0]).toMatchObject({ reserved_storage: 5000, api: { level: 0, total: 12, errors: 2 } });
});

it('shows what was there while no store answers', async () => {
  const { ask, answers, peers } = node();
  const before = (await ask(jsz)).body;
  for (const id of [7, 8]) {
    peers.delete(id);
    answers.delete(`${id} jetstream`);
  }
  expect((await ask(jsz)).body).toMatchObject({ streams: before.streams, storage: before.storage, total: 2 });
});

it('/jsz has the part of the accounts that is asked for', async () => {
  const { ask } = node();
  const names = async (query: Record<string, string>) =>
    ((await ask(jsz, query)).body.account_details ?? []).map(({ name }: { name: string }) => name);
  expect(await names({})).toEqual([]);
  expect(await names({ accounts: '1', limit: '1' })).toEqual(['A']);
  expect(await names({ accounts: '1', offset: '1' })).toEqual(['B']);
  expect(await names({ accounts: '1', offset: '9' })).toEqual([]);
  expect(await names({ acc: 'B' })).toEqual(['B']);
  expect(await names({ acc: 'nobody' })).toEqual([]);
});

it('streams that do not fit into one answer are put together', async () => {
  const { answers, ask } = node();
  const asked: StreamsQuestion[] = [];
  const said = [
    { streams: [{ name: 'S', consumer_detail: [{ name: 'a' }] }], next: { stream: 0, consumer: 1 } },
    { streams: [{ name: 'S', consumer_detail: [{ name: 'b' }] }, { name: 'T' }], next: { stream: 2, consumer: 0 } },
    { streams: [{ name: 'U' }] },
  ];
  answers.set('7 jetstream-streams', (body: string) => {
    asked.push(JSON.parse(body));
    return said[asked.length - 1];
  });
  answers.set('8 jetstream-streams', { streams: [{ name: 'V' }] });
  const { body } = await ask(jsz, { acc: 'A', consumers: '1', config: '1' });
  expect(body.account_details[0].stream_detail).toEqual([
    { name: 'S', consumer_detail: [{ name: 'a' }, { name: 'b' }] },
    ...[{ name: 'T' }, { name: 'U' }, { name: 'V' }],
  ]);
  expect(asked.map(({ from }) => from)).toEqual([
    { stream: 0, consumer: 0 },
    { stream: 0, consumer: 1 },
    { stream: 2, consumer: 0 },
  ]);
  expect(asked[0]).toMatchObject({ account: 'A', consumers: true, config: true });
});

it('a store that never ends what it says is not listened to for ever', async () => {
  const { answers, ask } = node();
  answers.set('7 jetstream-streams', { streams: [], next: { stream: 0, consumer: 0 } });
  await expect(ask(jsz, { acc: 'A', streams: '1' })).rejects.toThrow('too many streams and consumers for one page');
});

it('an account is told by itself to the system account', async () => {
  const { monitor } = node();
  expect(await answerService(monitor, jszOfAccount, '', 'A')).toMatchObject({ data: { name: 'A', memory: 2 } });
  expect(await answerService(monitor, jszOfAccount, '', 'N')).toEqual({
    data: null,
    error: { code: 500, description: 'account "N" not jetstream enabled' },
  });
  monitor.configuration.jetstream = undefined;
  expect(await answerService(monitor, jszOfAccount, '', 'A')).toMatchObject({
    error: { description: 'jetstream not enabled' },
  });
});

it('/varz and STATSZ say what JetStream may use and does', async () => {
  const { monitor, ask } = node();
  const { jetstream } = (await ask(varz)).body;
  const config = { max_memory: 1000, max_storage: 2000, sync_interval: 120e9, sync_always: true };
  expect(jetstream.config).toEqual({ ...config, store_dir: '/data/jetstream', compress_ok: true, strict: true });
  expect(jetstream.stats).toMatchObject({ memory: 3, storage: 60, accounts: 2, ha_assets: 0 });
  expect(jetstream.limits).toEqual({ default_max_consumers: 1000 });
  const figures = await statsz(monitor);
  expect(figures.jetstream?.config).toEqual({ ...config, compress_ok: true, strict: true });
  expect(figures.jetstream?.stats).toEqual(jetstream.stats);
});

it('/accountz says whether JetStream is for an account', async () => {
  const { monitor, ask, answers } = node();
  answers.set('7 jetstream', { accounts: [overview('$G')], troubles: [] });
  monitor.configuration.jetstream = { ...monitor.configuration.jetstream!, domain: 'hub' };
  const { account_detail: detail } = (await ask(accountz, { acc: '$G' })).body;
  expect(detail.jetstream_enabled).toBe(true);
  expect(Object.keys(detail.mappings)).toContain('$JS.hub.API.STREAM.>');
  expect(detail.imports).toContainEqual(expect.objectContaining({ subject: '$JS.API.>', share: true }));
});

it('/metrics has streams and consumers under the names of the exporter', async () => {
  const { monitor, answers } = node();
  const state = { messages: 7, bytes: 70, first_seq: 1, last_seq: 7, consumer_count: 1 };
  const sequences = { consumer_seq: 2, stream_seq: 3 };
  const consumer = {
    ...{ name: 'C', delivered: sequences, ack_floor: sequences },
    ...{ num_ack_pending: 1, num_redelivered: 0, num_waiting: 0, num_pending: 4 },
  };
  const streams = [{ name: 'S', config: { max_bytes: -1, max_msgs: -1 }, state, consumer_detail: [consumer] }];
  answers.set('7 jetstream-streams', { streams }).set('8 jetstream-streams', { streams: [] });
  const found = new Map(
    parseExposition(await scrape(monitor)).map(({ name, samples }) => [name, samples.map(({ value }) => value)]),
  );
  expect(found.get('jetstream_stream_total_messages')).toEqual([7, 7]);
  expect(found.get('jetstream_consumer_num_pending')).toEqual([4, 4]);
  expect(found.get('jetstream_account_max_storage')).toEqual([5000, 2 ** 64]);
  expect(found.get('jetstream_server_total_streams')).toEqual([6]);
  monitor.configuration.skein.metrics.seriesMax = 20;
  expect(await scrape(monitor)).not.toContain('jetstream_consumer_num_pending');
});

it("the console's list is put together from all stores' first ones", async () => {
  const { monitor, answers } = node();
  const row = (stream: string, messages: number) => ({
    ...{ account: 'A', stream, storage: 'file', messages, bytes: 0, consumers: 0 },
    ...{ unacknowledged: 0, behind: 0, lastMs: 0 },
  });
  const asked: RowsQuestion[] = [];
  const answer = (rows: object[]) => (body: string) => {
    asked.push(JSON.parse(body));
    return { total: 5, rows };
  };
  answers.set('7 jetstream-rows', answer([row('S', 9), row('T', 3)]));
  answers.set('8 jetstream-rows', answer([row('U', 7), row('V', 1)]));
  const page = await streams(monitor, { sort: 'messages', rising: '0', offset: '1', limit: '2', search: 'X' });
  expect(page).toMatchObject({ enabled: true, total: 10, rows: [{ stream: 'U' }, { stream: 'T' }] });
  expect(asked[0]).toEqual({ search: 'x', sort: 'messages', rising: false, limit: 3 });
  expect(await streams(monitor, { sort: 'constructor' })).toMatchObject({ total: 10 });
  expect(asked.at(-1)).toMatchObject({ sort: 'name', limit: 100 });
  answers.set('7 jetstream-consumers', { total: 0, consumers: [] });
  answers.set('8 jetstream-consumers', { total: 1, consumers: [{ name: 'C' }] });
  expect(await consumers(monitor, { account: 'A', stream: 'U' })).toEqual({ total: 1, consumers: [{ name: 'C' }] });
  monitor.configuration.jetstream = undefined;
  expect(await streams(monitor, {})).toEqual({ enabled: false, total: 0, rows: [] });
});

it('/healthz tells what is not there', async () => {
  const { answers, ask } = node();
  answers.set('8 jetstream-find', { stream: true, consumer: false });
  expect(await ask(healthz, { account: 'A' })).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(await ask(healthz, { account: 'A', stream: 'S' })).toMatchObject({ status: 200 });
  expect(await ask(healthz, { account: 'N' })).toMatchObject({
    status: 404,
    body: { status: 'unavailable', error: 'JetStream account "N" not found' },
  });
  const error = 'JetStream consumer "C" not found for stream "S" on account "A"';
  const query = { account: 'A', stream: 'S', consumer: 'C' };
  expect(await ask(healthz, query)).toMatchObject({ status: 404, body: { status: 'unavailable', error } });
  expect((await ask(healthz, { ...query, details: '1' })).body).toEqual({
    status: 'error',
    errors: [{ type: 'CONSUMER', account: 'A', stream: 'S', consumer: 'C', error }],
  });
});

it('/healthz is 503 while a stream cannot be served, and names it', async () => {
  const troubles = ['S', 'T'].map((stream) => ({
    ...{ account: 'A', stream, error: `JetStream stream 'A > ${stream}' could not be recovered` },
  }));
  const { ask } = node(troubles);
  expect(await ask(healthz)).toMatchObject({ status: 503, body: { status: 'unavailable', error: troubles[0]?.error } });
  expect((await ask(healthz, { details: '1' })).body).toEqual({
    status: 'error',
    errors: troubles.map((one) => ({ type: 'STREAM', ...one })),
  });
  expect(await ask(healthz, { account: 'A', stream: 'T' })).toMatchObject({ status: 503 });
  expect(await ask(healthz, { account: 'B' })).toMatchObject({ status: 200 });
  for (const narrow of ['js-enabled-only', 'js-server-only', 'js-meta-only']) {
    expect(await ask(healthz, { [narrow]: '1' })).toMatchObject({ status: 200 });
  }
});

it('/healthz misses a store that should be there', async () => {
  const { monitor, ask } = node();
  monitor.configuration.skein.jetstream.stores = 3;
  expect(await ask(healthz)).toMatchObject({ status: 503, body: { error: 'jetstream-store 2 is not there' } });
});
