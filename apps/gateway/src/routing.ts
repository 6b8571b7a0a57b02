import type { Link, Runtime } from '@skein/bus';
import type { Account } from './account.ts';
import type { Connection } from './connection.ts';
import { deliver, type Message } from './deliver.ts';
import { addRequestInfo, clientInfo, ToldInfo } from './request-info.ts';
import type { QueueTarget, Route } from './route.ts';

/** By process: whom messages can be sent to. */
export type Links = ReadonlyMap<number, Link>;

/**
 * Hands a message to everybody on its route, in this account and those that it is led to: local subscriptions, one member of each queue group, and each other
 * process with interest once. Returns how many took it (a process counts as one).
 *
 * @param request not 0: what a process that finds no receiver returns it with
 */
export function routeMessage(
  from: Connection | null,
  account: Account,
  route: Route,
  message: Message,
  links: Links,
  runtime: Runtime,
  request: number,
): number {
  const delivered = deliverToPlain(from, route, message);
  if (!route.goesBeyond) return delivered;
  return delivered + routeFurther(from, account, route, message, links, runtime, delivered === 0 ? request : 0);
}

function routeFurther(
  from: Connection | null,
  account: Account,
  route: Route,
  message: Message,
  links: Links,
  runtime: Runtime,
  request: number,
): number {
  let taken = 0;
  if (route.isMeasured && from !== null && route.replyGateway !== 0)
    account.interchange?.nameResponder(from, account, route);
  if (route.groups.length > 0 || route.remotes.length > 0) {
    taken = routeBeyond(from, account, route, message, links, runtime, request);
  }
  // One part of a request at most asks to be handed back: elsewhere another may have been taken.
  if (route.leadsOut)
    taken += account.interchange?.carry(from, account, route, message, taken === 0 ? request : 0) ?? 0;
  return taken;
}

/** As `routeMessage`, but the message stays in this account. */
export function routeWithin(
  from: Connection | null,
  account: Account,
  route: Route,
  message: Message,
  links: Links,
  runtime: Runtime,
  request: number,
): number {
  const delivered = deliverToPlain(from, route, message);
  if (route.groups.length === 0 && route.remotes.length === 0) return delivered;
  return delivered + routeBeyond(from, account, route, message, links, runtime, delivered === 0 ? request : 0);
}

/** To every subscription here outside queue groups. Returns how many took it. */
export function deliverToPlain(from: Connection | null, route: Route, message: Message): number {
  const echo = from?.options.echo ?? true;
  const { plain } = route;
  let delivered = 0;
  for (let i = 0; i < plain.length; i++) {
    const subscription = plain[i];
    if (!echo && subscription.connection === from) continue;
    if (!deliver(subscription, message, route)) continue;
    delivered++;
    noteStall(from, subscription.connection);
  }
  return delivered;
}

function routeBeyond(
  from: Connection | null,
  account: Account,
  route: Route,
  message: Message,
  links: Links,
  runtime: Runtime,
  request: number,
): number {
  let delivered = 0;
  // Setting a length is a call into the engine: not for each message.
  if (picked.length > 0) picked.length = 0;
  for (const group of route.groups) {
    const process = pick(from, group, message, route, links, runtime);
    if (process === LOCAL) delivered++;
    else if (process !== NOBODY) picked.push({ process, group });
  }
  // A message that only wants to know its way leaves this process for nobody.
  if ((route.remotes.length === 0 && picked.length === 0) || message.trace?.only) return delivered;
  return delivered + sendToProcesses(from, account, message, route, links, delivered === 0 ? request : 0);
}

interface Picked {
  readonly process: number;
  readonly group: QueueTarget;
}

/** Groups whose member was picked in another process; reused. */
const picked: Picked[] = [];
/** Those of the message in hand come first; what stands behind them is of others. */
const queueNames: Buffer[] = [];
const processes: number[] = [];

const LOCAL = -1;
const NOBODY = 0;

/** Delivers to one member of the group here; false when none takes it. */
export function deliverToGroup(
  from: Connection | null,
  group: QueueTarget,
  message: Message,
  route: Route,
  runtime: Runtime,
): boolean {
  return deliverFrom(from, group, Math.floor(runtime.random() * group.members.length), message, route);
}

/** From the member at `first` on, the first that takes it: some may be closing, or be the publisher itself without echo. */
function deliverFrom(
  from: Connection | null,
  group: QueueTarget,
  first: number,
  message: Message,
  route: Route,
): boolean {
  const { members } = group;
  const count = members.length;
  const echo = from?.options.echo ?? true;
  for (let i = 0; i < count; i++) {
    const subscription = members[(first + i) % count];
    if (!echo && subscription.connection === from) continue;
    if (!deliver(subscription, message, route)) continue;
    noteStall(from, subscription.connection);
    return true;
  }
  return false;
}

/**
 * Picks a member of a group by weight, over the whole node. A local one is delivered to; otherwise its process. One without
 * a link is passed over: its interest may be known before it can be sent to.
 */
function pick(
  from: Connection | null,
  group: QueueTarget,
  message: Message,
  route: Route,
  links: Links,
  runtime: Runtime,
): number {
  const { members, remotes, remoteWeight } = group;
  let at = Math.floor(runtime.random() * (members.length + remoteWeight));
  if (at >= members.length) {
    at -= members.length;
    for (const remote of remotes) {
      if (at < remote.weight) {
        if (links.has(remote.process)) return remote.process;
        break;
      }
      at -= remote.weight;
    }
  }
  if (deliverFrom(from, group, at, message, route)) return LOCAL;
  for (const { process } of remotes) if (links.has(process)) return process;
  return NOBODY;
}

function sendToProcesses(
  from: Connection | null,
  account: Account,
  message: Message,
  route: Route,
  links: Links,
  request: number,
): number {
  let count = 0;
  // Only who can be sent to counts: a request waits for the answers of all its targets.
  for (const process of route.remotes) if (links.has(process)) processes[count++] = process;
  const plainCount = count;
  for (const { process } of picked) {
    if (links.has(process) && !isAmong(process, count)) processes[count++] = process;
  }
  let sent = 0;
  for (let i = 0; i < count; i++) {
    if (send(from, account, route, message, links.get(processes[i]), i < plainCount, request, count)) sent++;
  }
  return sent;
}

function isAmong(process: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (processes[i] === process) return true;
  return false;
}

/** As `Link.deliver`. */
export function sendMessage(
  link: Link,
  account: Account,
  route: Route,
  message: Message,
  plain: boolean,
  queues: readonly Buffer[],
  queueCount: number,
  request: number,
  targets: number,
): boolean {
  const { subject, subjectStart, subjectEnd, isShown } = message;
  const to = isShown ? Buffer.from(route.subject, 'latin1') : subject;
  return link.deliver(
    account.nameBytes,
    to,
    isShown ? 0 : subjectStart,
    isShown ? to.length : subjectEnd,
    message.reply,
    message.replyStart,
    message.replyEnd,
    message.headerBytes,
    message.payload,
    message.payloadStart,
    message.payloadEnd,
    plain,
    queues,
    queueCount,
    request,
    targets,
    subject,
    isShown ? subjectStart : 0,
    isShown ? subjectEnd : 0,
  );
}

function send(
  from: Connection | null,
  account: Account,
  route: Route,
  message: Message,
  link: Link | undefined,
  plain: boolean,
  request: number,
  targets: number,
): boolean {
  if (link === undefined) return false;
  let queues = 0;
  for (const candidate of picked)
    if (candidate.process === link.peer.id) queueNames[queues++] = candidate.group.nameBytes;
  const isAsked = route.isJetStreamRequest && from !== null && link.peer.component === 'jetstream-store';
  const told = isAsked ? withClient(message, from, account) : message;
  const taken = sendMessage(link, account, route, told, plain, queueNames, queues, request, targets);
  if (!taken && link.peer.component === 'jetstream-store') {
    return account.interchange?.tellTooMany(account, route, message) ?? false;
  }
  if (taken && from !== null) {
    from.publishedRemotely = true;
    // Towards inner processes there is no back-pressure: a slow one must not leave a client unread.
    if (!link.writable && link.peer.component === 'gateway') from.gateway.stalls.stallOnLink(from);
  }
  return taken;
}

/** A request that says who makes it. */
function withClient(message: Message, from: Connection, account: Account): Message {
  const told = { ...message };
  addRequestInfo(told, new ToldInfo(JSON.stringify(clientInfo(from, account.name, from.gateway.serverName))));
  return told;
}

function noteStall(from: Connection | null, to: Connection): void {
  if (from === null) return;
  if (to.output.blocked && to.gateway.stalls.isBehind(to)) {
    from.stalled = true;
    to.waiters ??= new Set();
    to.waiters.add(from);
  }
}
