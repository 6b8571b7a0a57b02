import { activeAccounts } from '../account-statistics.ts';
import { isoTime } from '../endpoints/endpoint.ts';
import { shownConfig, shownLimits, shownStats } from '../jetstream/shown.ts';
import type { Monitor } from '../monitor.ts';

/** The statistics of the server, in nats-server's fields and order. */
export async function statsz(monitor: Monitor) {
  const { jetstream: options } = monitor.configuration;
  const [snapshot, accounts, totals] = await Promise.all([
    monitor.snapshot(true),
    activeAccounts(monitor.gather),
    options && monitor.jetstream.totals(),
  ]);
  const { counters, processes } = snapshot;
  const sent = { msgs: counters.outMsgs, bytes: counters.outBytes };
  const received = { msgs: counters.inMsgs, bytes: counters.inBytes };
  return {
    start: isoTime(monitor.identity.startedUnixMs),
    mem: processes.reduce((total, { mem }) => total + mem, 0),
    cores: navigator.hardwareConcurrency,
    cpu: Math.round(processes.reduce((total, { cpu }) => total + cpu, 0) * 10) / 10,
    connections: snapshot.connections,
    total_connections: counters.totalConnections,
    active_accounts: accounts.length,
    subscriptions: snapshot.subscriptions,
    sent,
    sent_to_clients: sent,
    received,
    received_from_clients: received,
    slow_consumers: counters.slowConsumers,
    active_servers: 1,
    ...(options !== undefined &&
      totals !== undefined && {
        jetstream: { config: shownConfig(options), stats: shownStats(totals), limits: shownLimits(options) },
      }),
    gomaxprocs: navigator.hardwareConcurrency,
  };
}
