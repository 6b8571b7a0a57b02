import type { DescribedConnection, SubscriptionDetail } from '@skein/bus/questions';
import { subjectText } from '@skein/subjects';
import { type ClosedRecord, type ClosedSubscription, recordOf, textLength } from './connection-record.ts';
import { type Picked, type PickQuery, pickConnections } from './connz-pick.ts';
import type { Gateway } from './gateway.ts';

export interface DescribeQuery {
  /** At most `DESCRIBED_MAX`. */
  cids: number[];
  /** Lists subscriptions: their subjects, or each with its details. */
  subscriptions?: 'subjects' | 'detail';
  /** With the JWTs that open connections have shown. */
  tokens?: boolean;
  /** Where the answer before stopped. */
  from?: Position;
}

export type ConnzQuery = { pick: PickQuery } | { describe: DescribeQuery };

/** In `cids`, and within that connection's subscriptions. */
export interface Position {
  cid: number;
  subscription: number;
}

export interface Described {
  /** Those that are still known. One whose subscriptions did not fit comes again in the next answer, with more of them. */
  connections: DescribedConnection[];
  /** What did not fit begins here; absent: everything did. */
  next?: Position;
}

export const DESCRIBED_MAX = 1024;
/** Subscriptions in one answer, and characters of text that clients chose: some milliseconds, and far below a frame. */
export const SUBSCRIPTIONS_MAX = 10_000;
export const TEXT_MAX = 1024 * 1024;

/**
 * A page of `/connz` takes two questions, so that nobody describes what is not shown: which connections come first (`pick`:
 * sort keys and ids alone), then those of the page (`describe`), in as many answers as their size asks for.
 */
export function connz(gateway: Gateway, query: ConnzQuery): Picked | Described {
  return 'pick' in query ? pickConnections(gateway, query.pick) : describeConnections(gateway, query.describe);
}

function describeConnections(gateway: Gateway, { cids, subscriptions, tokens, from }: DescribeQuery): Described {
  if (cids.length > DESCRIBED_MAX) throw new Error(`more than ${DESCRIBED_MAX} connections in one question`);
  const closed = closedOf(gateway, cids);
  const connections: DescribedConnection[] = [];
  const room = { subscriptions: SUBSCRIPTIONS_MAX, text: TEXT_MAX };
  for (let i = from?.cid ?? 0; i < cids.length; i++) {
    if (room.text <= 0) return { connections, next: { cid: i, subscription: 0 } };
    const open = gateway.connections.get(cids[i]);
    const { subscribed, ...ended } = closed.get(cids[i]) ?? {};
    const record: DescribedConnection = open === undefined ? (ended as DescribedConnection) : recordOf(open);
    if (record.cid === undefined) continue;
    const goesOn = i === from?.cid;
    // A name alone may fill an answer: the next one is for the subscriptions.
    if (!goesOn) room.text -= textLength(record);
    if (tokens && open !== undefined && open.options.jwt !== '') {
      record.jwt = open.options.jwt;
      room.text -= record.jwt.length;
    }
    connections.push(record);
    if (subscriptions === undefined) continue;
    const skipped = goesOn ? from.subscription : 0;
    const all = open?.subscriptions.values() ?? subscribed ?? [];
    const listed = listSubscriptions(all, record, subscriptions, skipped, room);
    const size = open?.subscriptions.size ?? subscribed?.length ?? 0;
    if (listed < size) return { connections, next: { cid: i, subscription: listed } };
  }
  return { connections };
}

/** Returns the position behind the last one listed. */
function listSubscriptions(
  all: Iterable<ClosedSubscription>,
  record: DescribedConnection,
  how: 'subjects' | 'detail',
  skipped: number,
  room: { subscriptions: number; text: number },
): number {
  const subjects: string[] = [];
  const details: SubscriptionDetail[] = [];
  let at = 0;
  for (const { subject, queue, sid, delivered, max } of all) {
    if (at++ < skipped) continue;
    if (room.subscriptions <= 0 || room.text <= 0) {
      at--;
      break;
    }
    room.subscriptions--;
    room.text -= subject.length + queue.length + sid.length;
    if (how === 'subjects') subjects.push(subjectText(subject));
    else details.push({ subject: subjectText(subject), queue: subjectText(queue), sid, msgs: delivered, max });
  }
  if (how === 'subjects') record.subscriptionsList = subjects;
  else record.subscriptionsDetail = details;
  return at;
}

function closedOf(gateway: Gateway, cids: readonly number[]): Map<number, ClosedRecord> {
  const found = new Map<number, ClosedRecord>();
  const wanted = new Set(cids.filter((cid) => !gateway.connections.has(cid)));
  if (wanted.size === 0) return found;
  for (const record of gateway.closed) if (wanted.has(record.cid)) found.set(record.cid, record);
  return found;
}
