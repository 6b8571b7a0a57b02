import type {
  AuthRequest,
  AuthResponse,
  Component,
  ConnectionLeases,
  Link,
  Member,
  Peer,
  Registration,
} from '@skein/bus';
import { FakeLink } from './fake-link.ts';

interface Asked<Question, Answer> {
  readonly question: Question;
  readonly timeoutMs: number;
  answer(answer: Answer): void;
  fail(): void;
}

/** A place in a node that is made of a test's words: who is linked, what is settled, what the auth-resolver says. */
export class FakeMember implements Member {
  readonly id = 1;
  readonly links = new Map<number, FakeLink>();
  readonly peers = new Map<number, Peer>();
  readonly routerUp = true;
  sequence = 0;
  /** Everything declared up to here is settled. */
  settledTo = Number.POSITIVE_INFINITY;
  /** `account subject queue weight`, in order. */
  readonly declared: string[] = [];
  /** Questions to the auth-resolver, oldest first. */
  readonly asked: Asked<AuthRequest, AuthResponse>[] = [];
  readonly requests: Asked<{ method: string; body: string }, string>[] = [];
  slots = 0;
  slotsGivenBack = 0;
  readonly connections: ConnectionLeases;
  #cids = 0;

  constructor() {
    const member = this;
    this.connections = {
      nextId: () => ++this.#cids,
      idReady: (fn) => fn(),
      open: (done) => {
        this.slots++;
        done(true);
      },
      close: () => void this.slotsGivenBack++,
      get used() {
        return member.slots - member.slotsGivenBack;
      },
    };
  }

  link(id: number, component: Component = 'gateway'): FakeLink {
    const link = new FakeLink(id, component);
    this.links.set(id, link);
    return link;
  }

  cut(id: number): void {
    const link = this.links.get(id);
    if (link !== undefined) link.up = false;
    this.links.delete(id);
  }

  linkTo(component: Component): Link | undefined {
    return [...this.links.values()].find(({ peer }) => peer.component === component);
  }

  declare(account: string, subject: string, queue: string, weight: number): number {
    this.declared.push(`${account} ${subject} ${queue} ${weight}`);
    return ++this.sequence;
  }

  figures(): Record<string, unknown> {
    return {};
  }

  settled(sequence: number): boolean {
    return sequence <= this.settledTo;
  }

  authenticate(question: AuthRequest, timeoutMs: number): Promise<AuthResponse> {
    return this.#ask(this.asked, question, timeoutMs);
  }

  request(_to: number | 'router', method: string, body: string, timeoutMs: number): Promise<string> {
    return this.#ask(this.requests, { method, body }, timeoutMs);
  }

  #ask<Question, Answer>(list: Asked<Question, Answer>[], question: Question, timeoutMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      list.push({ question, timeoutMs, answer: resolve, fail: () => reject(new Error('away')) });
    });
  }

  start(): Promise<Registration> {
    throw new Error('there is no router');
  }

  async stop(): Promise<void> {}

  watch(): never {
    throw new Error('a gateway knows the interest');
  }

  handle(): void {}
}
