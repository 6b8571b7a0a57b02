import { isLiteral, type Match, Sublist } from '@skein/subjects';
import type { RemoteInterest } from './remote-interest.ts';
import { Subscription } from './subscription.ts';

export interface QueueTarget {
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly members: Subscription[];
  /** Other processes with members, and how many. */
  readonly remotes: { readonly process: number; readonly weight: number }[];
  readonly remoteWeight: number;
}

/** Who gets messages on one subject, as of one generation of the account's interest. */
export class Route {
  /** The subject's bytes. */
  readonly subject: Buffer;
  readonly hash: number;
  /** As latin1. */
  readonly subjectText: string;
  /** A valid subject without wildcards. */
  readonly isLiteral: boolean;
  /** Subjects between servers, which no client may publish to. */
  readonly isReserved: boolean;
  readonly #reachable: boolean;
  generation = -1;
  plain: Subscription[] = [];
  groups: QueueTarget[] = [];
  /** Processes with plain interest. */
  remotes: number[] = [];

  constructor(subject: Buffer, hash: number) {
    this.subject = subject;
    this.hash = hash;
    const text = subject.toString('latin1');
    this.subjectText = text;
    this.isLiteral = isLiteral(text);
    this.isReserved = text.startsWith('_GR_.') || text.startsWith('$NRG.');
    this.#reachable = !hasEmptyToken(text);
  }

  refresh(interest: Interest, generation: number): void {
    this.generation = generation;
    this.plain = [];
    this.remotes = [];
    this.groups = [];
    const match = this.#reachable ? interest.match(this.subjectText) : NO_MATCH;
    for (const entry of match.plain) {
      if (entry instanceof Subscription) this.plain.push(entry);
      else if (!this.remotes.includes(entry.process)) this.remotes.push(entry.process);
    }
    for (const { name, members } of match.groups) {
      const local: Subscription[] = [];
      const remotes = new Map<number, number>();
      let remoteWeight = 0;
      for (const member of members) {
        if (member instanceof Subscription) local.push(member);
        else {
          remotes.set(member.process, (remotes.get(member.process) ?? 0) + member.weight);
          remoteWeight += member.weight;
        }
      }
      this.groups.push({
        name,
        nameBytes: Buffer.from(name, 'latin1'),
        members: local,
        remotes: [...remotes].map(([process, weight]) => ({ process, weight })),
        remoteWeight,
      });
    }
  }
}

/**
 * Routes by the subject's bytes: an open-addressed table, so that looking one up makes no string. Bounded by two
 * halves: what is used moves to the young half; when that is full, the old half is dropped.
 */
export class RouteCache {
  #young = new Table();
  #old: Table | null = null;

  get size(): number {
    return this.#young.count + (this.#old?.count ?? 0);
  }

  get(buffer: Buffer, start: number, end: number): Route {
    const hash = hashBytes(buffer, start, end);
    let route = this.#young.find(buffer, start, end, hash);
    if (route !== null) return route;
    route = this.#old?.find(buffer, start, end, hash) ?? new Route(Buffer.from(buffer.subarray(start, end)), hash);
    if (this.#young.count >= HALF_ENTRIES_MAX) {
      this.#old = this.#young;
      this.#young = new Table();
    }
    this.#young.add(route);
    return route;
  }
}

const HALF_ENTRIES_MAX = 16_384;

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
      while (i < length && kept[i] === buffer[start + i]) i++;
      if (i === length) return route;
    }
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

export type Interest = Sublist<Subscription | RemoteInterest>;
export const newInterest = (): Interest => new Sublist<Subscription | RemoteInterest>();

const NO_MATCH: Match<Subscription | RemoteInterest> = { plain: [], groups: [] };

/** Nobody gets what is published to such a subject, not even a subscriber to `>`. */
function hasEmptyToken(subject: string): boolean {
  return subject.startsWith('.') || subject.endsWith('.') || subject.includes('..');
}
