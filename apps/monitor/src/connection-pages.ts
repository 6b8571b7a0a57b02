import type { Peer } from '@skein/bus';
import { type Sort, type SortKey, sortKey } from './connection-order.ts';
import type { GatewayConnection } from './gateway-connection.ts';
import type { Asked } from './gather.ts';
import { KnownConnections } from './known-connections.ts';
import { Turnstile } from './turnstile.ts';
import { UnavailableError } from './unavailable-error.ts';

export interface PageQuery {
  sort: Sort;
  state: 'open' | 'closed' | 'any';
  offset: number;
  limit: number;
  account?: string;
  user?: string;
  cid?: number;
  /** Those alone that are subscribed to something that has subjects in common with this pattern. */
  filterSubject?: string;
  /** Part of a name, user, address, id, language, account or reason, in any case. Narrows the total. */
  search?: string;
  /** From the other end of the order. */
  reverse?: boolean;
  subscriptions?: 'subjects' | 'detail';
  /** With the JWTs that users have shown. */
  tokens?: boolean;
  /** Unix ms */
  nowMs: number;
}

export interface ConnectionPage {
  total: number;
  connections: GatewayConnection[];
  /** Gateways that did not answer, and of which nothing is known. */
  silent: number;
}

/** Its own, not the other pages': a gateway with much to do still answers this. */
const ANSWER_MS = 1000;
/** How long nobody may say anything at all. */
const THERE_MS = 120;
const AT_ONCE = 2;
const WAITING_MAX = 16;
/** Less than a gateway would describe in one answer: it has messages to see to between them. */
const DESCRIBED_AT_ONCE = 256;
/** Further answers of one gateway for what did not fit into the first: 10,000 subscriptions each, or 1 MiB of text. */
const FURTHER_MAX = 9;

interface Choice {
  key: SortKey;
  cid: number;
  peer: Peer;
}

interface Picked {
  total: number;
  choices: Choice[];
  /** It did not answer: these are remembered. */
  remembered: GatewayConnection[];
}

interface Described {
  connections: GatewayConnection[];
  next?: { cid: number; subscription: number };
}

/**
 * Pages of the connections of all gateways. Each names the first of its connections in the order asked for; the page is cut
 * from those of all, and only then described by the gateways that have them. A gateway that does not answer is shown as it was.
 */
export class ConnectionPages {
  readonly #member: Asked;
  /** Monotonic ms. */
  readonly #now: () => number;
  readonly #turnstile = new Turnstile(AT_ONCE, WAITING_MAX);
  readonly #known = new Map<number, KnownConnections>();

  constructor(member: Asked, now: () => number) {
    this.#member = member;
    this.#now = now;
  }

  /** Rejects with `UnavailableError` when there is nothing to show, or too many ask. */
  page(query: PageQuery): Promise<ConnectionPage> {
    return this.#turnstile.run(() => this.#make(query));
  }

  async #make(query: PageQuery): Promise<ConnectionPage> {
    this.#forgetGone();
    const gateways = [...this.#member.peers.values()].filter(({ component }) => component === 'gateway');
    const answers = await Promise.all(gateways.map((peer) => this.#pick(peer, query)));
    const picked = answers.filter((answer) => answer !== undefined);
    if (picked.length === 0) throw new UnavailableError('no gateway answers');
    const choices = picked
      .flatMap((one) => one.choices)
      .sort(query.reverse && query.sort === 'reason' ? byTextFalling : byKey);
    const page = choices.slice(query.offset, query.offset + query.limit);
    const described = new Map<number, GatewayConnection>();
    for (const { remembered } of picked) for (const one of remembered) described.set(one.cid, one);
    await Promise.all(gateways.map((peer) => this.#describe(peer, page, query, described)));
    return {
      total: picked.reduce((sum, { total }) => sum + total, 0),
      connections: page.map(({ cid }) => described.get(cid)).filter((one) => one !== undefined),
      silent: gateways.length - picked.length,
    };
  }

  async #pick(peer: Peer, query: PageQuery): Promise<Picked | undefined> {
    const { sort, state, offset, limit, account, user, cid, filterSubject, nowMs, search, reverse } = query;
    const pick = { sort, state, count: offset + limit, account, user, cid, filterSubject, nowMs, search, reverse };
    // One that stalls does not hold the page up where something else can be shown: whoever is there answers this before it
    // begins to look.
    const known = this.#remembered(peer, query);
    const isThere = known === undefined ? undefined : this.#member.request(peer.id, 'health', '', THERE_MS);
    const picking = this.#ask<{ total: number; cids: number[]; keys: SortKey[] }>(peer, { pick });
    picking.catch(() => {});
    try {
      await isThere;
      const answer = await picking;
      this.#knownOf(peer).rememberTotal(totalName(query), answer.total);
      const choices = answer.cids.map((one, i) => ({ cid: one, key: answer.keys[i], peer }));
      return { total: answer.total, choices, remembered: [] };
    } catch {
      return known;
    }
  }

  #remembered(peer: Peer, query: PageQuery): Picked | undefined {
    const known = this.#known.get(peer.id);
    const all = known?.connections(this.#now()).filter((one) => isMeant(one, query)) ?? [];
    const total = known?.total(totalName(query)) ?? all.length;
    if (all.length === 0 && total === 0) return undefined;
    const remembered = all.filter((one) => isAskedFor(one, query));
    const choices = remembered.map((one) => ({ cid: one.cid, key: directedKey(query, one), peer }));
    return { total, choices, remembered };
  }

  /** Fills in those of the page that this gateway has. */
  async #describe(peer: Peer, page: Choice[], query: PageQuery, into: Map<number, GatewayConnection>): Promise<void> {
    const cids = page.filter((choice) => choice.peer === peer && !into.has(choice.cid)).map(({ cid }) => cid);
    try {
      let further = 0;
      for (let at = 0; at < cids.length; at += DESCRIBED_AT_ONCE) {
        const { subscriptions, tokens } = query;
        const describe = { cids: cids.slice(at, at + DESCRIBED_AT_ONCE), subscriptions, tokens };
        let from: Described['next'];
        do {
          // Beyond the bound connections still come, though without their subscriptions.
          if (from !== undefined && ++further > FURTHER_MAX) describe.subscriptions = undefined;
          const answer = await this.#ask<Described>(peer, { describe: { ...describe, from } });
          for (const one of answer.connections) this.#take(peer, one, into);
          from = answer.next;
        } while (from !== undefined);
      }
    } catch {
      const missing = new Set(cids.filter((cid) => !into.has(cid)));
      for (const one of this.#knownOf(peer).connections(this.#now())) if (missing.has(one.cid)) into.set(one.cid, one);
    }
  }

  /** A connection whose subscriptions did not fit in one answer comes in several. */
  #take(peer: Peer, one: GatewayConnection, into: Map<number, GatewayConnection>): void {
    one.gateway = peer.instance;
    this.#knownOf(peer).remember(one, this.#now());
    const present = into.get(one.cid);
    if (present === undefined) into.set(one.cid, one);
    else {
      present.subscriptionsList = joined(present.subscriptionsList, one.subscriptionsList);
      present.subscriptionsDetail = joined(present.subscriptionsDetail, one.subscriptionsDetail);
    }
  }

  async #ask<Answer>(peer: Peer, question: unknown): Promise<Answer> {
    return JSON.parse(await this.#member.request(peer.id, 'connz', JSON.stringify(question), ANSWER_MS));
  }

  #knownOf(peer: Peer): KnownConnections {
    let known = this.#known.get(peer.id);
    if (known === undefined) {
      known = new KnownConnections();
      this.#known.set(peer.id, known);
    }
    return known;
  }

  #forgetGone(): void {
    for (const id of this.#known.keys()) if (!this.#member.peers.has(id)) this.#known.delete(id);
  }
}

function byKey(a: Choice, b: Choice): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : a.cid - b.cid;
}

/** Texts can't be negated: they are compared the other way round instead. */
const byTextFalling = (a: Choice, b: Choice): number => (a.key === b.key ? a.cid - b.cid : a.key < b.key ? 1 : -1);

function directedKey({ sort, nowMs, reverse }: PageQuery, one: GatewayConnection): SortKey {
  const key = sortKey(sort, one, nowMs);
  return reverse && typeof key === 'number' ? -key : key;
}

const totalName = ({ state, account, search }: PageQuery): string => `${state} ${account ?? ''} ${search ?? ''}`;

function isMeant({ stopUnixMs, account }: GatewayConnection, query: PageQuery): boolean {
  const state = stopUnixMs === undefined ? 'open' : 'closed';
  return (query.state === 'any' || query.state === state) && (query.account === undefined || query.account === account);
}

function isAskedFor(one: GatewayConnection, query: PageQuery): boolean {
  const { cid, user, name, ip, port, lang, account, reason } = one;
  const text = `${name}\n${user}\n${ip}:${port}\n${cid}\n${lang}\n${account}\n${reason ?? ''}`.toLowerCase();
  return (
    (query.cid === undefined || query.cid === cid) &&
    (query.user === undefined || query.user === user) &&
    text.includes(query.search?.toLowerCase() ?? '')
  );
}

function joined<T>(a: T[] | undefined, b: T[] | undefined): T[] | undefined {
  return a === undefined || b === undefined ? (a ?? b) : [...a, ...b];
}
