import {
  type AccountStatistics,
  addAccountDetails,
  addAccountStatistics,
  addConnections,
  addConnectionTotals,
  addHealth,
  addJetStream,
  addLeafNodes,
  addPage,
  addProcess,
  addStreams,
  type ExporterNames,
  exposition,
  Families,
  type JetStreamPage,
  labelsOf,
  SeriesBudget,
  seriesPerAccount,
  seriesPerAccountDetail,
  seriesPerConnection,
  skein,
} from '@skein/metrics';
import { accstatz } from '../endpoints/accstatz.ts';
import { healthz } from '../endpoints/healthz.ts';
import { jsz } from '../endpoints/jsz.ts';
import { leafz } from '../endpoints/leafz.ts';
import { routez } from '../endpoints/routez.ts';
import { subsz } from '../endpoints/subsz.ts';
import { varz } from '../endpoints/varz.ts';
import type { Monitor } from '../monitor.ts';
import { accountDetails } from './account-details.ts';
import { ask } from './ask.ts';
import { inTime } from './in-time.ts';
import { measuredStreams } from './measured-streams.ts';
import { openConnections } from './open-connections.ts';
import { connectionTotals } from './totals.ts';

const MS_PER_S = 1000;

/**
 * One scrape: the whole node in Prometheus' text format. Who does not answer in time holds nobody up, and is shown as it was.
 * The exporter's metrics are made from the pages that it would read.
 */
export async function scrape(monitor: Monitor): Promise<string> {
  const { metrics } = monitor.configuration.skein;
  // Thousands of accounts that nobody uses are a page of megabytes, to be summed up as nothing.
  const everyAccountFits = monitor.accountNames().length * seriesPerAccount <= metrics.seriesMax;
  const [
    { processes, supervisor },
    general,
    subscriptions,
    routes,
    accounts,
    jetstream,
    leafs,
    health,
    streams,
    connections,
  ] = await Promise.all([
    monitor.processStates(),
    ask<object>(monitor, varz),
    ask<object>(monitor, subsz),
    ask<object>(monitor, routez),
    ask<{ account_statz: AccountStatistics[] }>(monitor, accstatz, everyAccountFits ? { unused: '1' } : {}),
    ask<JetStreamPage>(monitor, jsz),
    ask<{ leafnodes: number }>(monitor, leafz),
    Promise.all(healthQuestions.map(([, query]) => ask<{ status: string }>(monitor, healthz, query))),
    inTime(measuredStreams(monitor, metrics.seriesMax)),
    metrics.connections ? openConnections(monitor, Math.floor(metrics.seriesMax / seriesPerConnection)) : undefined,
  ]);
  const families = new Families();
  const budget = new SeriesBudget(metrics.seriesMax, monitor.seriesDropped);
  const names: ExporterNames = { prefix: metrics.prefix, serverId: monitor.identity.serverId };

  for (const { component, instance, up, restarts, last } of processes) {
    const labels = labelsOf({ component, instance });
    families.add(skein.up, labels, Number(up));
    families.add(skein.restarts, labels, restarts);
    if (last === undefined) continue;
    families.add(skein.answerAge, labels, last.ageMs / MS_PER_S);
    addProcess(families, { component, instance }, last.figures, budget);
  }
  const watcher = labelsOf({ component: 'supervisor', instance: 0 });
  families.add(skein.logLinesDropped, watcher, supervisor?.logLinesDropped);
  const pages = { varz: general, subsz: subscriptions, routez: routes };
  for (const [name, page] of Object.entries(pages)) if (page !== undefined) addPage(families, names, name, page);
  for (const [i, [name]] of healthQuestions.entries()) {
    const { status } = health[i] ?? { status: 'unavailable' };
    addHealth(families, names, name, status);
  }
  if (jetstream !== undefined) addJetStream(families, names, monitor.identity.serverName, jetstream);
  const { serverName } = monitor.identity;
  if (jetstream !== undefined && streams !== undefined) {
    addStreams(families, names, serverName, jetstream, streams, budget, monitor.wallMs());
  }
  if (leafs !== undefined) addLeafNodes(families, names, leafs);
  const totals = connectionTotals(processes);
  addConnectionTotals(families, names, totals);
  if (accounts !== undefined) {
    addAccountStatistics(families, names, accounts.account_statz, budget);
    const details = metrics.accounts ? accountDetails(monitor, accounts.account_statz) : [];
    const shown = budget.take('accounts', details.length, seriesPerAccountDetail);
    addAccountDetails(families, names, details.slice(0, shown));
  }
  if (connections !== undefined) {
    const shown = budget.take('connections', totals.connections, seriesPerConnection);
    addConnections(families, names, connections.slice(0, shown), monitor.wallMs());
  }
  return exposition(families.all());
}

const healthQuestions = [
  ['healthz', {}],
  ['healthz_js_enabled_only', { 'js-enabled-only': 'true' }],
  ['healthz_js_server_only', { 'js-server-only': 'true' }],
] as const;
