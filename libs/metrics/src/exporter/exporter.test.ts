import { expect, it } from 'vitest';
import { SeriesBudget } from '../budget.ts';
import { Families, type Family } from '../family.ts';
import { recorded } from '../testing/index.ts';
import { type AccountDetail, type AccountStatistics, addAccountDetails, addAccountStatistics } from './accounts.ts';
import { addConnections, addConnectionTotals, type MeasuredConnection } from './connz.ts';
import { addHealth } from './health.ts';
import { addJetStream, type JetStreamPage } from './jsz.ts';
import { addLeafNodes } from './leafz.ts';
import { addPage } from './page.ts';

const { pages, exported } = recorded();

const names = { serverId: String(pages['/varz'].server_id) };
const budget = () => new SeriesBudget(1000, new Map());
const connections = pages['/connz?auth=true'].connections as Record<string, never>[];

/** The exporter asked a moment later than the pages were written down, and by asking counted on. */
const MOVED =
  /varz_(?:cpu|mem|http_req_stats)|subsz_(?:num_|cache_|avg_|max_)|varz_(?:.*subscriptions)|connz_(?:uptime|idle|rtt)/;

type Flat = Record<string, { type: string; help: string; samples: Record<string, number | 'moved'> }>;

function flat(families: readonly Family[]): Flat {
  return Object.fromEntries(
    families
      .filter(({ name }) => !name.startsWith('gnatsd_varz_http_req_stats_'))
      .map(({ name, type, help, samples }) => {
        const values = samples.map(({ labels, value }) => {
          const key = JSON.stringify(Object.entries(labels).sort());
          return [key, MOVED.test(name) ? 'moved' : value] as const;
        });
        return [name, { type, help, samples: Object.fromEntries(values) }];
      }),
  );
}

function measured(one: Record<string, never>): MeasuredConnection {
  const { start, last_activity, pending_bytes, in_msgs, in_bytes, out_msgs, out_bytes, account = '$G', ...rest } = one;
  const optional = { name: '', lang: '', version: '', tlsVersion: '', tlsCipher: '', rttMs: 0 };
  return {
    ...optional,
    ...(rest as object),
    ...{ pendingBytes: pending_bytes, inMsgs: in_msgs, inBytes: in_bytes, outMsgs: out_msgs, outBytes: out_bytes },
    ...{ account, startUnixMs: Date.parse(start), lastActivityUnixMs: Date.parse(last_activity) },
  } as unknown as MeasuredConnection;
}

function addTotals(families: Families): void {
  const totals = { connections: connections.length, pendingBytes: 0, subscriptions: 0 };
  const moved = { inMsgs: 0, outMsgs: 0, inBytes: 0, outBytes: 0 };
  for (const one of connections) {
    totals.pendingBytes += one.pending_bytes;
    totals.subscriptions += one.subscriptions;
    moved.inMsgs += one.in_msgs;
    moved.outMsgs += one.out_msgs;
    moved.inBytes += one.in_bytes;
    moved.outBytes += one.out_bytes;
  }
  addConnectionTotals(families, names, { ...totals, ...moved });
}

it('makes of the pages what prometheus-nats-exporter makes of them', () => {
  const families = new Families();
  for (const page of ['varz', 'subsz', 'routez']) addPage(families, names, page, pages[`/${page}`]);
  const { account_statz: accounts } = pages['/accstatz?unused=1'] as unknown as { account_statz: AccountStatistics[] };
  addAccountStatistics(families, names, accounts, budget());
  const answers = pages['/accountz?acc='] as unknown as { account_detail: AccountDetail }[];
  addAccountDetails(
    families,
    names,
    answers.map((one) => one.account_detail),
  );
  addHealth(families, names, 'healthz', String(pages['/healthz'].status));
  addJetStream(families, names, String(pages['/varz'].server_name), pages['/jsz'] as unknown as JetStreamPage);
  addLeafNodes(families, names, pages['/leafz'] as unknown as { leafnodes: number });
  addTotals(families);
  expect(flat(families.all())).toEqual(flat(exported.plain));
});

it('shows each connection as the exporter does with -connz_detailed', () => {
  const families = new Families();
  addTotals(families);
  const now = Date.parse(String(pages['/connz?auth=true'].now));
  addConnections(families, names, connections.map(measured), now);
  expect(connections).toHaveLength(2);
  expect(flat(families.all())).toEqual(flat(exported.detailed));
});

it('puts another prefix before all names, JetStream ones too', () => {
  const families = new Families();
  const named = { ...names, prefix: 'nats' };
  addPage(families, named, 'varz', { mem: 1 });
  addJetStream(families, named, '', pages['/jsz'] as unknown as JetStreamPage);
  expect(families.all().map(({ name }) => name)).toEqual(
    expect.arrayContaining(['nats_varz_mem', 'nats_server_total_streams']),
  );
});

it('makes no name of keys that users choose', () => {
  const families = new Families();
  addPage(families, names, 'varz', {
    metadata: { version: '1', n: 1 },
    tags: ['a'],
    http_req_stats: { '/': 1, '/a-b': 2 },
  });
  expect(families.all().map(({ name }) => name)).toEqual([
    'gnatsd_varz_http_req_stats',
    'gnatsd_varz_http_req_stats_a_b',
  ]);
});

it('adds accounts beyond the budget up, and counts their series', () => {
  const account = (acc: string, conns: number): AccountStatistics => ({
    ...{ acc, name: acc, conns, leafnodes: 0, total_conns: conns, num_subscriptions: 0, slow_consumers: 0 },
    ...{ sent: { msgs: conns, bytes: 0 }, received: { msgs: 0, bytes: 0 } },
  });
  const families = new Families();
  const dropped = new Map();
  const accounts = [account('A', 1), account('B', 2), account('C', 4), account('D', 8)];
  addAccountStatistics(families, names, accounts, new SeriesBudget(2 * 9 + 8, dropped));
  const shown = families.all().find(({ name }) => name === 'gnatsd_accstatz_sent_messages');
  expect(shown?.samples.map(({ labels, value }) => [labels.account, value])).toEqual([
    ['A', 1],
    ['B', 2],
    ['_other', 12],
  ]);
  expect([...dropped]).toEqual([['accounts', 2 * 9]]);
});
