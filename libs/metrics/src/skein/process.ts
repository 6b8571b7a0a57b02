import { rolledUp, type SeriesBudget } from '../budget.ts';
import type { Families } from '../family.ts';
import { skein } from './catalogue.ts';
import type { Figures, LinkFigures } from './figures.ts';

export interface ProcessName {
  component: string;
  instance: number;
}

const MS_PER_S = 1000;
const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / MS_PER_S);
const flag = (value: boolean | undefined): number | undefined => (value === undefined ? undefined : Number(value));

/** Everything that one process says of itself. Figures that a component does not have make no series. */
export function addProcess(
  families: Families,
  { component, instance }: ProcessName,
  figures: Figures,
  budget: SeriesBudget,
): void {
  const own = labelsOf({ component, instance });
  addRuntime(families, own, figures);
  addLinks(families, own, figures.links ?? [], budget);
  addRouter(families, own, figures);
  addGateway(families, own, figures);
  addAuthResolver(families, own, figures);
  addStore(families, own, figures.store);
  addMonitor(families, own, figures);
}

interface Own {
  component: string;
  process: string;
}

const nameOf = ({ component, instance }: ProcessName): string => `${component}/${instance}`;

/** The labels of everything that a process says of itself. */
export const labelsOf = (name: ProcessName): Own => ({ component: name.component, process: nameOf(name) });

function addRuntime(families: Families, own: Own, figures: Figures): void {
  const { memory, cpu, loopDelay } = figures;
  if (figures.version !== undefined) families.add(skein.info, { ...own, version: figures.version }, 1);
  families.add(skein.uptime, own, seconds(figures.uptimeMs));
  families.add(skein.residentMemory, own, memory?.rss);
  families.add(skein.heapUsed, own, memory?.heapUsed);
  families.add(skein.heapSize, own, memory?.heapTotal);
  families.add(skein.external, own, memory?.external);
  families.add(skein.buffers, own, memory?.arrayBuffers);
  families.add(skein.cpu, { ...own, mode: 'user' }, seconds(cpu?.userMs));
  families.add(skein.cpu, { ...own, mode: 'system' }, seconds(cpu?.systemMs));
  families.add(skein.loopBusy, own, seconds(figures.loopBusyMs));
  if (loopDelay !== undefined) {
    const { p50Ms, p90Ms, p99Ms, maxMs } = loopDelay;
    for (const [percentile, ms] of Object.entries({ 50: p50Ms, 90: p90Ms, 99: p99Ms, 100: maxMs })) {
      families.add(skein.loopDelay, { ...own, percentile }, seconds(ms));
    }
  }
  families.add(skein.requestsWaiting, own, figures.requestsWaiting);
  families.add(skein.routerConnected, own, flag(figures.routerUp));
  families.add(skein.logLinesDropped, own, figures.logLinesDropped);
}

const linkValues = [
  [skein.linkInFlight, (link: LinkFigures) => link.bytesInFlight],
  [skein.linkQueued, (link: LinkFigures) => link.queuedBytes],
  [skein.linkFrames, (link: LinkFigures) => link.framesSent],
  [skein.linkRefused, (link: LinkFigures) => link.framesRefused],
  [skein.linkBlocked, (link: LinkFigures) => Number(!link.writable)],
] as const;

/** Every process has a link to nearly every other: with many gateways there are too many to show one by one. */
function addLinks(families: Families, own: Own, links: readonly LinkFigures[], budget: SeriesBudget): void {
  const shown = budget.take('links', links.length, linkValues.length);
  const rest = links.slice(shown);
  for (const [definition, of] of linkValues) {
    for (const link of links.slice(0, shown)) {
      families.add(definition, { ...own, peer: nameOf(link) }, of(link));
    }
    if (rest.length > 0) {
      const sum = rest.reduce((total, link) => total + of(link), 0);
      families.add(definition, { ...own, peer: rolledUp }, sum);
    }
  }
}

function addRouter(families: Families, own: Own, figures: Figures): void {
  families.add(skein.revision, own, figures.revision);
  families.addHistogram(skein.settle, own, figures.settleSeconds);
  for (const one of figures.processes ?? [])
    families.add(skein.patterns, { ...own, declarer: nameOf(one) }, one.patterns);
}

/** From the start on at 0, so that the first one is seen as a rise. */
const authFailures = {
  refused: 'Authentication Failure',
  timeout: 'Authentication Timeout',
  expired: 'Authentication Expired',
  revoked: 'Credentials Revoked',
};

function addGateway(families: Families, own: Own, figures: Figures): void {
  families.add(skein.connections, own, figures.connections);
  families.add(skein.opened, own, figures.totalConnections);
  families.add(skein.subscriptions, own, figures.subscriptions);
  families.add(skein.pendingBytes, own, figures.pendingBytes);
  families.add(skein.receivedMessages, own, figures.inMsgs);
  families.add(skein.receivedBytes, own, figures.inBytes);
  families.add(skein.sentMessages, own, figures.outMsgs);
  families.add(skein.sentBytes, own, figures.outBytes);
  families.add(skein.slowConsumers, own, figures.slowConsumers);
  families.add(skein.staleConnections, own, figures.staleConnections);
  families.add(skein.stalled, own, figures.stalledClients);
  families.add(skein.parseErrors, own, figures.parseErrors);
  for (const [reason, count] of Object.entries(figures.closedByReason ?? {})) {
    families.add(skein.closed, { ...own, reason }, count);
  }
  if (figures.closedByReason !== undefined) {
    for (const [reason, words] of Object.entries(authFailures)) {
      families.add(skein.authFailures, { ...own, reason }, figures.closedByReason[words] ?? 0);
    }
  }
}

function addAuthResolver(families: Families, own: Own, figures: Figures): void {
  const { allowed, refused } = figures;
  families.add(skein.logins, { ...own, result: 'allowed' }, allowed);
  if (refused !== undefined) {
    const counts = Object.entries(refused);
    families.add(
      skein.logins,
      { ...own, result: 'refused' },
      counts.reduce((sum, [, count]) => sum + count, 0),
    );
    for (const [reason, count] of counts) families.add(skein.refusals, { ...own, reason }, count);
  }
  families.addHistogram(skein.login, own, figures.loginSeconds);
  families.add(skein.passwordsWaiting, own, figures.passwordsWaiting);
  families.add(skein.limited, own, figures.loginsLimited);
  families.add(skein.auditLost, own, figures.auditRecordsLost);
  families.add(skein.calloutsUnanswered, own, figures.calloutsUnanswered);
}

function addStore(families: Families, own: Own, store: Figures['store']): void {
  if (store === undefined) return;
  families.add(skein.streams, own, store.streams);
  families.add(skein.streamsOut, own, store.streamsOutOfService);
  families.add(skein.consumers, own, store.consumers);
  families.add(skein.shards, { ...own, state: 'serving' }, store.shardsServing);
  families.add(skein.shards, { ...own, state: 'failed' }, store.shardsFailed);
  families.add(skein.shardFailures, own, store.shardFailures);
  families.add(skein.damages, own, store.damages);
  families.add(skein.waitingRecords, own, store.waitingRecords);
  families.add(skein.waitingBytes, own, store.waitingBytes);
  families.add(skein.dirtyBytes, own, store.dirtyBytes);
  families.add(skein.cacheBytes, own, store.cacheBytes);
  families.addHistogram(skein.journalSync, own, store.syncSeconds);
  families.addHistogram(skein.flush, own, store.flushSeconds);
  families.addHistogram(skein.opening, own, store.openingSeconds);
  families.add(skein.answersLost, own, store.answersLost);
}

function addMonitor(families: Families, own: Own, figures: Figures): void {
  for (const one of figures.staleAnswers ?? [])
    families.add(skein.staleAnswers, { ...own, asked: nameOf(one) }, one.count);
  for (const [kind, count] of Object.entries(figures.seriesDropped ?? {})) {
    families.add(skein.seriesDropped, { ...own, kind }, count);
  }
}
