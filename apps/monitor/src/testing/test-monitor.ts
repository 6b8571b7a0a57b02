import type { NodeIdentity, Peer } from '@skein/bus';
import { defaultOptions } from '@skein/config';
import { sortKey } from '../connection-order.ts';
import type { GatewayFigures } from '../figures.ts';
import type { GatewayConnection } from '../gateway-connection.ts';
import { Monitor } from '../monitor.ts';

export const identity: NodeIdentity = {
  serverId: 'NABC',
  serverName: 'foo',
  version: '2.15.2',
  xkey: 'XABC',
  productVersion: '0.1.0',
  startedUnixMs: Date.UTC(2026, 0, 1),
};

export const peer = (id: number, component: Peer['component'], instance = 0): Peer => ({
  id,
  component,
  instance,
  address: '',
  pid: id * 10,
});

export function figures(pid: number, more: Partial<GatewayFigures> = {}): GatewayFigures {
  const counters = { totalConnections: 1, inMsgs: 10, inBytes: 100, outMsgs: 20, outBytes: 200 };
  const troubles = { slowConsumers: 0, staleConnections: 0, stalledClients: 0, subscriptions: 3, connections: 1 };
  return {
    pid,
    uptimeMs: 61_000,
    memory: { rss: 1000 },
    cpu: { userMs: 0, systemMs: 0 },
    ...counters,
    ...troubles,
    ...more,
  };
}

export const connection = (cid: number, more: Partial<GatewayConnection> = {}): GatewayConnection => ({
  ...{ cid, kind: 'Client', type: 'nats', ip: '127.0.0.1', port: 1000 + cid },
  ...{ startUnixMs: identity.startedUnixMs, lastActivityUnixMs: identity.startedUnixMs, rttMs: 1.5 },
  ...{ pendingBytes: 0, inMsgs: 0, outMsgs: 0, inBytes: 0, outBytes: 0, subscriptions: 0 },
  ...{ name: '', lang: 'go', version: '1', user: 'u', account: '$G', accountTag: '$G', tlsVersion: '', tlsCipher: '' },
  ...more,
});

/** Answers as a gateway with these connections does that picks everything and never has too much to say. */
export const twin = (connections: GatewayConnection[]) => (body: string) => {
  const { pick, describe } = JSON.parse(body);
  if (pick === undefined) return { connections: connections.filter(({ cid }) => describe.cids.includes(cid)) };
  const cids = connections.map(({ cid }) => cid);
  return { total: cids.length, cids, keys: connections.map((one) => sortKey(pick.sort, one, pick.nowMs)) };
};

/** With their pids, as the supervisor lists them. */
const processes = [
  ['router', 0, 5],
  ['gateway', 0, 10],
  ['gateway', 1, 20],
  ['auth-resolver', 0, 30],
  ['monitor', 0, 40],
] as const;

const interest = { inserts: 4, removes: 1, lookups: 10, misses: 1, cached: 2, fanoutTotal: 3, fanoutMax: 2 };

/** Answers as a gateway with so many subscriptions does. */
export const subscriptionsTwin = (count: number) => (body: string) => {
  const { offset, limit } = JSON.parse(body);
  const subscriptions = Array.from({ length: count }, (_, i) => ({
    ...{ account: '$G', subject: `s.${i}`, queue: i === 1 ? 'q' : '', sid: `${i}` },
    ...{ msgs: i, max: i === 2 ? 9 : 0, cid: 7 },
  })).slice(offset, offset + limit);
  return { total: count, subscriptions, figures: { ...interest, subscriptions: count } };
};

/** What a gateway says of the clients of its accounts. */
export const accountsAnswer = (account: string, connections = 1) => ({
  accounts: [
    {
      ...{ account, connections, subscriptions: 3, slowConsumers: 1 },
      ...{ sent: { msgs: 2, bytes: 20 }, received: { msgs: 1, bytes: 10 } },
    },
  ],
});

/** A monitor of two gateways and an auth-resolver that answer at once, as `answers` says: by process and method. */
export function testMonitor(basePath = '') {
  const peers = new Map(
    [peer(1, 'gateway'), peer(2, 'gateway', 1), peer(3, 'auth-resolver')].map((one) => [one.id, one]),
  );
  const answers = new Map<string, unknown>([
    ['router stats', figures(5)],
    ['1 stats', figures(10)],
    ['2 stats', figures(20)],
    ['3 stats', figures(30)],
    ['1 connz', twin([connection(3), connection(1, { inMsgs: 5 })])],
    ['2 connz', twin([connection(2, { inMsgs: 9, user: 'v' })])],
    ['1 subsz', subscriptionsTwin(3)],
    ['2 subsz', subscriptionsTwin(3)],
    ['1 accounts', { accounts: [] }],
    ['2 accounts', { accounts: [] }],
  ]);
  for (const id of ['router', 1, 2, 3]) {
    answers.set(`${id} health`, { status: 'ok' });
    answers.set(`${id} stacks`, { threads: [{ thread: 'main', state: 'running', frames: [] }], waiting: {} });
  }
  const member = {
    peers,
    routerUp: true,
    figures: () => ({ ...figures(40) }),
    request: async (to: number | 'router', method: string, body: string) => {
      const answer = answers.get(`${to} ${method}`);
      if (answer === undefined) throw new Error('timeout');
      return JSON.stringify(typeof answer === 'function' ? answer(body) : answer);
    },
  };
  let now = 1000;
  const configuration = { ...defaultOptions(), authRequired: false };
  configuration.skein.gateways = 2;
  configuration.monitoring = { ...configuration.monitoring, port: 8222, basePath };
  const monitor = new Monitor({
    member,
    identity,
    configuration,
    pid: 40,
    instance: 0,
    processList: async () => ({
      logLinesDropped: 2,
      processes: processes.map(([component, instance, pid]) => ({
        ...{ component, instance, pid, restarts: pid },
        ...{ up: true, startedUnixMs: 0 },
      })),
    }),
    now: () => now,
    wallMs: () => identity.startedUnixMs + now,
  });
  return { monitor, member, answers, peers, pass: (ms: number) => (now += ms) };
}
