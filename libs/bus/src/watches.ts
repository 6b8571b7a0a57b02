import type { Link, Watch } from './api.ts';

/** Beyond this many nothing is asked: whoever publishes hears by `returned` that nobody was there. */
const WATCHES_MAX = 100_000;

/** What is watched. */
export interface Watched {
  readonly account: string;
  readonly subject: string;
  /** Only this group counts; '' for none of them. */
  readonly queue: string;
}

export interface WatchesOwner {
  /** Links to gateways that are up. */
  gateways(): Iterable<Link>;
  ask(link: Link, id: number, watched: Watched): void;
  end(link: Link, id: number): void;
  /** Resolves when all that was published over the link so far has arrived wherever it went; rejects when nobody can tell. */
  flushed(link: Link): Promise<unknown>;
}

class OwnWatch implements Watch, Watched {
  readonly account: string;
  readonly subject: string;
  readonly queue: string;
  readonly changed: () => void;
  /** Gateways that have not said anything yet. */
  readonly unheard = new Set<number>();
  readonly interested = new Map<number, Link>();
  link: Link | undefined;
  /** Through which the last message went. */
  last: Link | undefined;
  moving = false;
  known = false;
  isWanted = false;
  ended = false;
  readonly #end: () => void;

  constructor({ account, subject, queue }: Watched, changed: () => void, end: () => void) {
    this.account = account;
    this.subject = subject;
    this.queue = queue;
    this.changed = changed;
    this.#end = end;
  }

  end(): void {
    this.ended = true;
    this.#end();
  }
}

/** What a process wants to know of the interest in subjects. The gateways tell it; it lives as long as the process does. */
export class Watches {
  readonly #owner: WatchesOwner;
  readonly #byId = new Map<number, OwnWatch>();
  #lastId = 0;

  constructor(owner: WatchesOwner) {
    this.#owner = owner;
  }

  add(account: string, subject: string, queue: string, changed: () => void): Watch {
    const id = ++this.#lastId;
    const watch = new OwnWatch({ account, subject, queue }, changed, () => this.#end(id));
    if (this.#byId.size >= WATCHES_MAX) return new Unwatched(this.#owner);
    this.#byId.set(id, watch);
    for (const link of this.#owner.gateways()) this.#ask(link, id, watch);
    return watch;
  }

  #end(id: number): void {
    if (!this.#byId.delete(id)) return;
    for (const link of this.#owner.gateways()) this.#owner.end(link, id);
  }

  #ask(link: Link, id: number, watch: OwnWatch): void {
    watch.unheard.add(link.peer.id);
    this.#owner.ask(link, id, watch);
  }

  gatewayUp(link: Link): void {
    for (const [id, watch] of this.#byId) this.#ask(link, id, watch);
  }

  gatewayDown(link: Link): void {
    for (const watch of this.#byId.values()) {
      watch.unheard.delete(link.peer.id);
      watch.interested.delete(link.peer.id);
      this.#choose(watch);
    }
  }

  /** A gateway says whether it has somebody. */
  told(link: Link, id: number, isWanted: boolean): void {
    const watch = this.#byId.get(id);
    if (watch === undefined) return;
    watch.unheard.delete(link.peer.id);
    if (isWanted) watch.interested.set(link.peer.id, link);
    else watch.interested.delete(link.peer.id);
    this.#choose(watch);
  }

  /**
   * The gateway that has the interest, as long as it has it. Before another takes its place, all that went through the one
   * before has to have arrived: that one may still be passing messages on to the other.
   */
  #choose(watch: OwnWatch): void {
    if (watch.ended) return;
    const { link, isWanted, known } = watch;
    watch.isWanted = watch.interested.size > 0;
    watch.known ||= watch.unheard.size === 0 || watch.isWanted;
    if (watch.link !== undefined && watch.interested.get(watch.link.peer.id) !== watch.link) watch.link = undefined;
    if (watch.link === undefined && !watch.moving) {
      const [next] = watch.interested.values();
      if (next !== undefined) this.#take(watch, next);
    }
    if (watch.link !== link || watch.isWanted !== isWanted || watch.known !== known) watch.changed();
  }

  #take(watch: OwnWatch, next: Link): void {
    const { last } = watch;
    if (last === undefined || last === next || !last.up) {
      watch.link = next;
      watch.last = next;
      return;
    }
    watch.moving = true;
    const moved = (): void => {
      watch.moving = false;
      watch.last = undefined;
      this.#choose(watch);
    };
    this.#owner.flushed(last).then(moved, moved);
  }
}

/** One too many: taken for wanted. */
class Unwatched implements Watch {
  readonly known = true;
  readonly isWanted = true;
  readonly #owner: WatchesOwner;

  constructor(owner: WatchesOwner) {
    this.#owner = owner;
  }

  get link(): Link | undefined {
    const [link] = this.#owner.gateways();
    return link;
  }

  end(): void {}
}
