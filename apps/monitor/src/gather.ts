import type { Member, Peer } from '@skein/bus';

/** How long a page waits for the slowest process. */
const DEADLINE_MS = 150;

/** What a process said, and how old that is. */
export interface Answer<Body> {
  peer: Peer;
  body: Body;
  /** 0: it answered just now; else milliseconds since it did. */
  ageMs: number;
}

/** How often a process did not answer in time. */
export interface StaleAnswers {
  component: string;
  instance: number;
  count: number;
}

interface Known {
  body: unknown;
  atMs: number;
}

/** The part of a member that gathering needs. */
export type Asked = Pick<Member, 'peers' | 'request'>;

/**
 * Asks processes in parallel and keeps what each said last: a stalled process is shown as it was, with its age, and holds
 * nobody up. Forgets processes that have left the register.
 */
export class Gather {
  private readonly member: Asked;
  private readonly now: () => number;
  private readonly known = new Map<string, Known>();
  private readonly underWay = new Map<string, Promise<Answer<unknown> | undefined>>();
  private readonly unanswered = new Map<number, StaleAnswers>();

  constructor(member: Asked, now: () => number) {
    this.member = member;
    this.now = now;
  }

  /** From each process: its answer, unless it never gave one. In order of their ids. */
  async ask<Body>(method: string): Promise<Answer<Body>[]> {
    this.forgetGone();
    const peers = [router, ...[...this.member.peers.values()].filter((peer) => peer.component !== 'router')];
    const answers = await Promise.all(peers.map((peer) => this.askOne<Body>(peer, method)));
    return answers.filter((answer) => answer !== undefined).sort((a, b) => a.peer.id - b.peer.id);
  }

  /** Of the processes that are there. */
  staleAnswers(): readonly StaleAnswers[] {
    return [...this.unanswered.values()];
  }

  /** Who asks while the same is being asked shares the answer: the pages of one scrape are made from one question. */
  private askOne<Body>(peer: Peer, method: string): Promise<Answer<Body> | undefined> {
    const key = `${peer.id} ${method}`;
    let answer = this.underWay.get(key);
    if (answer === undefined) {
      answer = this.askNow(peer, method, key).finally(() => this.underWay.delete(key));
      this.underWay.set(key, answer);
    }
    return answer as Promise<Answer<Body> | undefined>;
  }

  private async askNow(peer: Peer, method: string, key: string): Promise<Answer<unknown> | undefined> {
    const to = peer.component === 'router' ? 'router' : peer.id;
    try {
      const body: unknown = JSON.parse(await this.member.request(to, method, '{}', DEADLINE_MS));
      this.known.set(key, { body, atMs: this.now() });
      return { peer, body, ageMs: 0 };
    } catch {
      this.count(peer);
      const known = this.known.get(key);
      return known && { peer, body: known.body, ageMs: this.now() - known.atMs };
    }
  }

  private count({ id, component, instance }: Peer): void {
    const count = (this.unanswered.get(id)?.count ?? 0) + 1;
    this.unanswered.set(id, { component, instance, count });
  }

  private forgetGone(): void {
    const isGone = (id: number): boolean => id !== router.id && !this.member.peers.has(id);
    for (const key of this.known.keys()) if (isGone(Number(key.slice(0, key.indexOf(' '))))) this.known.delete(key);
    for (const id of this.unanswered.keys()) if (isGone(id)) this.unanswered.delete(id);
  }
}

/** It is in nobody's register but its own. */
const router: Peer = { id: 0, component: 'router', instance: 0, address: '', pid: 0 };
