import { type Component, GLANCE, type Member, type Peer } from '@skein/bus';

/** How long a page waits for the slowest process. */
const DEADLINE_MS = 150;
/** How long for one that has not been found silent, where there is no last word that could be shown instead. */
const PATIENCE_MS = 1000;
/** How often it is looked whether a process that has just come is linked. */
const LINKED_MS = 5;
/** Last words that are kept: how many, how long one may be, and all of them. */
const KNOWN_MAX = 512;
const KNOWN_CHARS_EACH_MAX = 256 * 1024;
const KNOWN_CHARS_MAX = 16 * 1024 * 1024;

/** What a process said, and how old that is. */
export interface Answer<Body> {
  peer: Peer;
  body: Body;
  /** 0: it answered just now; else milliseconds since it did. */
  ageMs: number;
}

/** What the processes that were asked said. */
export interface Answers<Body> {
  /** Of each that ever answered this, in order of their ids. */
  answers: Answer<Body>[];
  /** They did not answer, and never did. */
  silent: Peer[];
}

export interface Question {
  method: string;
  /** JSON text; `{}` by default. */
  body?: string;
  /** Those of this component alone; all of them by default. */
  component?: Component;
  /** This one alone. */
  peer?: Peer;
}

/** How often a process did not answer in time. */
export interface StaleAnswers {
  component: string;
  instance: number;
  count: number;
}

interface Known {
  body: unknown;
  chars: number;
  atMs: number;
}

/** The part of a member that gathering needs. */
export type Asked = Pick<Member, 'peers' | 'request'> & Partial<Pick<Member, 'links'>>;

/**
 * Asks processes in parallel and keeps what each said last: a stalled process is shown as it was, with its age, and holds
 * nobody up. Forgets processes that have left the register.
 */
export class Gather {
  private readonly member: Asked;
  private readonly now: () => number;
  private readonly known = new Map<string, Known>();
  private knownChars = 0;
  private readonly underWay = new Map<string, Promise<Answer<unknown> | undefined>>();
  /** They did not answer when they were last asked. */
  private readonly mute = new Set<number>();
  private readonly unanswered = new Map<number, StaleAnswers>();

  constructor(member: Asked, now: () => number) {
    this.member = member;
    this.now = now;
  }

  /** From each process: its answer, unless it never gave one. In order of their ids. */
  async ask<Body>(method: string, body?: string): Promise<Answer<Body>[]> {
    return (await this.put<Body>({ method, body })).answers;
  }

  async put<Body>({ method, body = '{}', component, peer }: Question): Promise<Answers<Body>> {
    this.forgetGone();
    const peers = peer === undefined ? this.peersOf(component) : [peer];
    const said = await Promise.all(peers.map((one) => this.askOne<Body>(one, method, body)));
    const answers = said.filter((answer) => answer !== undefined).sort((a, b) => a.peer.id - b.peer.id);
    return { answers, silent: peers.filter((_, i) => said[i] === undefined) };
  }

  private peersOf(component: Component | undefined): Peer[] {
    const all = [router, ...[...this.member.peers.values()].filter((peer) => peer.component !== 'router')];
    return component === undefined ? all : all.filter((peer) => peer.component === component);
  }

  /** Of the processes that are there. */
  staleAnswers(): readonly StaleAnswers[] {
    return [...this.unanswered.values()];
  }

  /** Who asks while the same is being asked shares the answer: the pages of one scrape are made from one question. */
  private askOne<Body>(peer: Peer, method: string, body: string): Promise<Answer<Body> | undefined> {
    const key = `${peer.id} ${method} ${body}`;
    let answer = this.underWay.get(key);
    if (answer === undefined) {
      // What a glance found is known to whoever looks.
      const knownAs = body === GLANCE ? `${peer.id} ${method} {}` : key;
      answer = this.askNow(peer, method, body, knownAs).finally(() => this.underWay.delete(key));
      this.underWay.set(key, answer);
    }
    return answer as Promise<Answer<Body> | undefined>;
  }

  private async askNow(
    peer: Peer,
    method: string,
    question: string,
    key: string,
  ): Promise<Answer<unknown> | undefined> {
    const to = peer.component === 'router' ? 'router' : peer.id;
    const waitMs = this.known.has(key) || this.mute.has(peer.id) ? DEADLINE_MS : PATIENCE_MS;
    if (waitMs === PATIENCE_MS) await this.linked(peer);
    try {
      const text = await this.member.request(to, method, question, waitMs);
      this.mute.delete(peer.id);
      const body: unknown = JSON.parse(text);
      if (text.length <= KNOWN_CHARS_EACH_MAX) this.remember(key, body, text.length);
      return { peer, body, ageMs: 0 };
    } catch {
      this.count(peer);
      this.mute.add(peer.id);
      const known = this.known.get(key);
      // Never 0, which says that it is of now.
      return known && { peer, body: known.body, ageMs: Math.max(1, this.now() - known.atMs) };
    }
  }

  /** The register names a process a moment before it can be asked: who looks at a node that has just begun shall see it. */
  private async linked({ id }: Peer): Promise<void> {
    const { links } = this.member;
    if (links === undefined || id === router.id) return;
    const until = this.now() + PATIENCE_MS;
    while (!links.has(id) && this.now() < until && this.member.peers.has(id)) {
      await new Promise((resolve) => setTimeout(resolve, LINKED_MS));
    }
  }

  private remember(key: string, body: unknown, chars: number): void {
    // Anew at the end: the oldest is forgotten first.
    this.forget(key);
    this.known.set(key, { body, chars, atMs: this.now() });
    this.knownChars += chars;
    while (this.known.size > KNOWN_MAX || this.knownChars > KNOWN_CHARS_MAX) {
      this.forget(this.known.keys().next().value as string);
    }
  }

  private forget(key: string): void {
    this.knownChars -= this.known.get(key)?.chars ?? 0;
    this.known.delete(key);
  }

  private count({ id, component, instance }: Peer): void {
    const count = (this.unanswered.get(id)?.count ?? 0) + 1;
    this.unanswered.set(id, { component, instance, count });
  }

  private forgetGone(): void {
    const isGone = (id: number): boolean => id !== router.id && !this.member.peers.has(id);
    for (const key of this.known.keys()) if (isGone(Number(key.slice(0, key.indexOf(' '))))) this.forget(key);
    for (const id of this.unanswered.keys()) if (isGone(id)) this.unanswered.delete(id);
    for (const id of this.mute) if (isGone(id)) this.mute.delete(id);
  }
}

/** How a page says that not everything on it is of now: the age of the oldest, and how many gateways are missing. */
export function staleness({ answers, silent }: Answers<unknown>) {
  const ageMs = Math.max(0, ...answers.map((answer) => answer.ageMs));
  return {
    ...(ageMs > 0 && { stale_ms: Math.round(ageMs) }),
    ...(silent.length > 0 && { silent_gateways: silent.length }),
  };
}

/** It is in nobody's register but its own. */
const router: Peer = { id: 0, component: 'router', instance: 0, address: '', pid: 0 };
