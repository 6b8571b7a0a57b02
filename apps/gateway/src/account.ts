import type { Connection } from './connection.ts';
import { RemoteInterest } from './remote-interest.ts';
import { type Interest, newInterest, type Route, RouteCache } from './route.ts';
import type { Subscription } from './subscription.ts';

/** One pattern and queue name as this gateway declares it: how many of its clients' subscriptions stand behind it. */
export class Declared {
  weight = 0;
  /** The bus's number of the last declaration. */
  sequence = 0;
}

/** A tenant: its subjects, subscriptions and caches are seen by nobody else. */
export class Account {
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly interest: Interest = newInterest();
  readonly connections = new Set<Connection>();
  /** Local subscriptions by pattern (and queue), as declared to the node. */
  readonly declared = new Map<string, Declared>();
  /** Other processes' interest, by process and then pattern, so that it can be changed and withdrawn. */
  readonly remote = new Map<number, Map<string, RemoteInterest>>();
  readonly #routes = new RouteCache();
  /** Rises with each change of interest: a route of an older generation is matched again. */
  #generation = 0;

  constructor(name: string) {
    this.name = name;
    this.nameBytes = Buffer.from(name);
  }

  get generation(): number {
    return this.#generation;
  }

  insert(subscription: Subscription): void {
    this.interest.insert(subscription);
    this.#generation++;
  }

  remove(subscription: Subscription): boolean {
    const removed = this.interest.remove(subscription);
    if (removed) this.#generation++;
    return removed;
  }

  /** Another process's weight on a pattern; 0 withdraws. */
  setRemote(process: number, subject: string, queue: string, weight: number): void {
    let patterns = this.remote.get(process);
    if (patterns === undefined) {
      patterns = new Map();
      this.remote.set(process, patterns);
    }
    const key = patternKey(subject, queue);
    const present = patterns.get(key);
    if (present !== undefined) {
      if (weight === present.weight) return;
      if (weight > 0) present.weight = weight;
      else {
        patterns.delete(key);
        this.interest.remove(present);
        if (patterns.size === 0) this.remote.delete(process);
      }
    } else if (weight > 0) {
      const added = new RemoteInterest(process, subject, queue, weight);
      patterns.set(key, added);
      this.interest.insert(added);
    }
    this.#generation++;
  }

  withdrawRemote(process: number): void {
    const patterns = this.remote.get(process);
    if (patterns === undefined) return;
    for (const entry of patterns.values()) this.interest.remove(entry);
    this.remote.delete(process);
    this.#generation++;
  }

  /** The up-to-date route of the subject that these bytes are. */
  route(buffer: Buffer, start: number, end: number): Route {
    const route = this.#routes.get(buffer, start, end);
    if (route.generation !== this.#generation) this.refresh(route);
    return route;
  }

  refresh(route: Route): void {
    route.refresh(this.interest, this.#generation);
  }
}

/** One string for a pattern and its queue; a space can stand in neither. */
export function patternKey(subject: string, queue: string): string {
  return queue === '' ? subject : `${subject} ${queue}`;
}
