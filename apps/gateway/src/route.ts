import type { Group, Match } from '@skein/subjects';
import type { Crossing, Remapping } from './crossing.ts';
import type { RemoteInterest } from './remote-interest.ts';
import { isMeasured, replyProcess } from './reply-subject.ts';
import type { Subscription } from './subscription.ts';

export interface QueueTarget {
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly members: readonly Subscription[];
  /** Other processes with members, and how many. */
  readonly remotes: { readonly process: number; readonly weight: number }[];
  readonly remoteWeight: number;
}

/** Who gets messages on one subject, as of one generation of the account's interest. */
export class Route {
  /** As latin1; of a route of answers what stands before their last token, dot included. */
  readonly subject: string;
  readonly hash: number;
  generation = -1;
  plain: readonly Subscription[] = NOBODY;
  groups: readonly QueueTarget[] = NOBODY;
  /** Processes with plain interest. */
  remotes: readonly number[] = NOBODY;
  /** What becomes of it in other accounts, as of one generation of their ways. */
  crossings: readonly Crossing[] = NOBODY;
  waysGeneration = -1;
  /** Those of them that lead to somebody, as of so many changes of interest anywhere. */
  leading: readonly Crossing[] = NOBODY;
  leadingAt = -1;
  /** Published by a client, it gets another subject first. Null: not. */
  remapping: Remapping | null = null;
  /** No client may publish to it: it is for servers among themselves. */
  readonly isReserved: boolean;
  /** Answers to a request that this gateway has taken into another account. */
  awaitsHere = false;
  /** There is more to it than plain subscriptions here. */
  goesBeyond = false;
  /** It is for other accounts, too. */
  leadsOut = false;
  /** One of answers: it holds for every last token. */
  isShared = false;
  /** The generation as of which that is so, or is not: then it is not up to date. */
  sharedAt = -1;

  /** It asks something of JetStream that is answered in words, and noted down with who asked. */
  readonly isJetStreamRequest: boolean;
  /** An answer that is timed. */
  readonly isMeasured: boolean;
  /** Not 0: the process that an answer says it is for. */
  readonly replyProcess: number;
  /** Not 0: the other gateway that it is for. */
  replyGateway = 0;
  #byName: Map<string, QueueTarget> | null = null;

  constructor(subject: string, hash: number) {
    this.subject = subject;
    this.hash = hash;
    this.isReserved = subject.startsWith('_GR_.') || subject.startsWith('$NRG.');
    this.isJetStreamRequest = subject.startsWith('$JS.') && JETSTREAM_REQUEST.test(subject);
    this.replyProcess = replyProcess(subject);
    this.isMeasured = this.replyProcess !== 0 && isMeasured(subject);
  }

  /** A client's publish to it is not simply routed. */
  get isSpecial(): boolean {
    return this.isReserved || this.remapping !== null;
  }

  /** Anybody in this account, on this gateway or elsewhere. */
  get hasReceivers(): boolean {
    return this.plain.length > 0 || this.groups.length > 0 || this.remotes.length > 0;
  }

  /** What keeping it costs, in entries of a list. */
  get weight(): number {
    let weight = this.plain.length + this.remotes.length + this.groups.length + (this.subject.length >> 4);
    for (const { members } of this.groups) weight += members.length;
    return weight;
  }

  /** How many get each message: everybody plain, one of each group, and processes. */
  get fanout(): number {
    return this.plain.length + this.groups.length + this.remotes.length;
  }

  groupNamed(name: string): QueueTarget | undefined {
    this.#byName ??= new Map(this.groups.map((group) => [group.name, group]));
    return this.#byName.get(name);
  }

  refresh(local: Match<Subscription>, remote: Match<RemoteInterest>, generation: number): void {
    this.generation = generation;
    this.#byName = null;
    this.plain = local.plain;
    this.remotes = remote.plain.length === 0 ? NOBODY : [...new Set(remote.plain.map(({ process }) => process))];
    this.groups =
      local.groups.length === 0 && remote.groups.length === 0 ? NOBODY : joinGroups(local.groups, remote.groups);
    if (this.replyGateway !== 0 && !this.remotes.includes(this.replyGateway)) {
      this.remotes = [...this.remotes, this.replyGateway];
    }
    this.leadsOut = this.awaitsHere || this.crossings.length > 0;
    this.goesBeyond = this.groups.length > 0 || this.remotes.length > 0 || this.leadsOut;
  }
}

/** All requests but those for messages; with or without a domain. */
const JETSTREAM_REQUEST = /^\$JS\.(?:[^.]+\.)?API\.(?!DIRECT\.|CONSUMER\.MSG\.NEXT\.)/;
const NOBODY: readonly never[] = [];

/** One queue name is one group, wherever its members are. */
function joinGroups(local: readonly Group<Subscription>[], remote: readonly Group<RemoteInterest>[]): QueueTarget[] {
  const joined = new Map<string, { members: readonly Subscription[]; remotes: Map<number, number> }>();
  for (const { name, members } of local) joined.set(name, { members, remotes: new Map() });
  for (const { name, members } of remote) {
    let group = joined.get(name);
    if (group === undefined) {
      group = { members: NOBODY, remotes: new Map() };
      joined.set(name, group);
    }
    const { remotes } = group;
    for (const { process, weight } of members) remotes.set(process, (remotes.get(process) ?? 0) + weight);
  }
  return Array.from(joined, ([name, { members, remotes }]) => ({
    name,
    nameBytes: Buffer.from(name, 'latin1'),
    members,
    remotes: Array.from(remotes, ([process, weight]) => ({ process, weight })),
    remoteWeight: [...remotes.values()].reduce((sum, weight) => sum + weight, 0),
  }));
}

/**
 * Routes by the subject's bytes: an open-addressed table, so that looking one up makes no string. Bounded by two
 * halves: what is used moves to the young half; when that is full, the old half is dropped.
 */
export class RouteCache {
  #young = new Table();
  #old: Table | null = null;
  #met: Int32Array | undefined;

  get size(): number {
    return this.#young.count + (this.#old?.count ?? 0);
  }

  *[Symbol.iterator](): Generator<Route> {
    yield* this.#young.routes();
    if (this.#old !== null) yield* this.#old.routes();
  }

  /**
   * @param sparing a subject that is met for the first time is not kept: most of what a store publishes are answers, each to a subject of its
   *   own, and routes that are kept for nothing are what is then collected all the time
   */
  get(buffer: Buffer, start: number, end: number, sparing = false): Route {
    const hash = hashBytes(buffer, start, end);
    const known = this.#young.find(buffer, start, end, hash);
    if (known !== null) return known;
    if (sparing && !this.#wasMet(hash)) return new Route(buffer.toString('latin1', start, end), hash);
    return this.#admit(buffer, start, end, hash);
  }

  /** Not long ago. */
  #wasMet(hash: number): boolean {
    this.#met ??= new Int32Array(MET_SLOTS);
    const slot = hash & (MET_SLOTS - 1);
    const wasMet = this.#met[slot] === hash;
    this.#met[slot] = hash;
    return wasMet;
  }

  #admit(buffer: Buffer, start: number, end: number, hash: number): Route {
    const route = this.#old?.find(buffer, start, end, hash) ?? new Route(buffer.toString('latin1', start, end), hash);
    if (this.#young.count >= HALF_ENTRIES_MAX) {
      this.#old = this.#young;
      this.#young = new Table();
    }
    this.#young.add(route);
    return route;
  }
}

const HALF_ENTRIES_MAX = 16_384;
/** Of hashes met; a power of two. */
const MET_SLOTS = 4096;

class Table {
  count = 0;
  #slots: (Route | null)[] = new Array(64).fill(null);

  find(buffer: Buffer, start: number, end: number, hash: number): Route | null {
    const slots = this.#slots;
    const length = end - start;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const route = slots[slot];
      if (route === null) return null;
      if (route.hash !== hash || route.subject.length !== length) continue;
      const kept = route.subject;
      let i = 0;
      while (i < length && kept.charCodeAt(i) === buffer[start + i]) i++;
      if (i === length) return route;
    }
  }

  *routes(): Generator<Route> {
    for (const route of this.#slots) if (route !== null) yield route;
  }

  add(route: Route): void {
    if (this.count * 2 >= this.#slots.length) this.#grow();
    this.count++;
    place(this.#slots, route);
  }

  #grow(): void {
    const slots: (Route | null)[] = new Array(this.#slots.length * 2).fill(null);
    for (const route of this.#slots) if (route !== null) place(slots, route);
    this.#slots = slots;
  }
}

function place(slots: (Route | null)[], route: Route): void {
  const mask = slots.length - 1;
  let slot = route.hash & mask;
  while (slots[slot] !== null) slot = (slot + 1) & mask;
  slots[slot] = route;
}

/** FNV-1a with a final mix, as a non-negative 31-bit integer. */
function hashBytes(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  hash ^= hash >>> 15;
  return hash & 0x7fffffff;
}
