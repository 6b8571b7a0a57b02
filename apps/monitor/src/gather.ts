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

  private async askOne<Body>(peer: Peer, method: string): Promise<Answer<Body> | undefined> {
    const key = `${peer.id} ${method}`;
    const to = peer.component === 'router' ? 'router' : peer.id;
    try {
      const body: Body = JSON.parse(await this.member.request(to, method, '{}', DEADLINE_MS));
      this.known.set(key, { body, atMs: this.now() });
      return { peer, body, ageMs: 0 };
    } catch {
      const known = this.known.get(key);
      return known && { peer, body: known.body as Body, ageMs: this.now() - known.atMs };
    }
  }

  private forgetGone(): void {
    for (const key of this.known.keys()) {
      const id = Number(key.slice(0, key.indexOf(' ')));
      if (id !== router.id && !this.member.peers.has(id)) this.known.delete(key);
    }
  }
}

/** It is in nobody's register but its own. */
const router: Peer = { id: 0, component: 'router', instance: 0, address: '', pid: 0 };
