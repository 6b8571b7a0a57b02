import type { InterestFigures, SubscriptionRow, SubszAnswer, SubszQuery } from '@skein/bus/questions';
import { subjectFromText, subjectText } from '@skein/subjects';
import type { Account } from './account.ts';
import type { Gateway } from './gateway.ts';
import type { Subscription } from './subscription.ts';

/** In one answer: some milliseconds' work, and far below a frame. */
export const ROWS_MAX = 10_000;
const TEXT_MAX = 1024 * 1024;

/** This gateway's subscriptions, a page of them, and what its sublists are like. */
export function subsz(gateway: Gateway, query: SubszQuery): SubszAnswer {
  const accounts = accountsOf(gateway, query.account);
  const page = new Page(query.offset, query.limit);
  const test = query.test === undefined ? undefined : subjectFromText(query.test);
  for (const account of accounts) {
    if (test !== undefined) listMatching(account, test, page);
    else for (const { subscriptions } of account.connections) page.addAll(account.name, subscriptions);
  }
  return { total: page.total, subscriptions: page.rows, figures: sumOf(accounts.map(interestOf)) };
}

function accountsOf({ accounts }: Gateway, name: string | undefined): Account[] {
  if (name === undefined) return [...accounts.values()];
  const account = accounts.get(name);
  return account === undefined ? [] : [account];
}

function listMatching(account: Account, test: string, page: Page): void {
  const { plain, groups } = account.local.match(test);
  for (const one of plain) page.add(account.name, one);
  for (const { members } of groups) for (const one of members) page.add(account.name, one);
}

/** Counts what goes by, and keeps what is on the page. */
class Page {
  total = 0;
  readonly rows: SubscriptionRow[] = [];
  readonly #offset: number;
  #left: number;
  #text = 0;

  constructor(offset: number, limit: number) {
    this.#offset = offset;
    this.#left = Math.min(limit, ROWS_MAX);
  }

  addAll(account: string, subscriptions: ReadonlyMap<string, Subscription>): void {
    // A connection that is not on the page is not looked into.
    if (this.#left === 0 || this.total + subscriptions.size <= this.#offset) this.total += subscriptions.size;
    else for (const one of subscriptions.values()) this.add(account, one);
  }

  add(account: string, { subject, queue, sid, delivered, max, connection }: Subscription): void {
    if (this.total++ < this.#offset || this.#left === 0) return;
    this.#text += subject.length + queue.length + sid.length + account.length;
    const row = { account, subject: subjectText(subject), queue: subjectText(queue), sid, msgs: delivered, max };
    this.rows.push({ ...row, cid: connection.cid });
    this.#left = this.#text > TEXT_MAX ? 0 : this.#left - 1;
  }
}

function interestOf({ local, inserts, removes, misses, moved, connections, routes }: Account): InterestFigures {
  let lookups = moved.inMsgs;
  for (const { inMsgs } of connections) lookups += inMsgs;
  let fanoutTotal = 0;
  let fanoutMax = 0;
  for (const { fanout } of routes) {
    fanoutTotal += fanout;
    fanoutMax = Math.max(fanoutMax, fanout);
  }
  return {
    subscriptions: local.size,
    inserts,
    removes,
    // Messages from other gateways are looked up too, and not counted as received.
    lookups: Math.max(lookups, misses),
    misses,
    cached: routes.size,
    fanoutTotal,
    fanoutMax,
  };
}

function sumOf(all: readonly InterestFigures[]): InterestFigures {
  const sum = {
    subscriptions: 0,
    inserts: 0,
    removes: 0,
    lookups: 0,
    misses: 0,
    cached: 0,
    fanoutTotal: 0,
    fanoutMax: 0,
  };
  for (const one of all) {
    for (const name of Object.keys(sum) as (keyof InterestFigures)[]) {
      if (name !== 'fanoutMax') sum[name] += one[name];
    }
    sum.fanoutMax = Math.max(sum.fanoutMax, one.fanoutMax);
  }
  return sum;
}
