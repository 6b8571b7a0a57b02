import type { Link, Member, Watch } from '@skein/bus';

type Watching = Parameters<Member['watch']>;

/** Where mirrors and sources take from consumers that they have made themselves. Nobody else is there. */
const OWN = /^\$JS\.[MS]\./;

/**
 * Who wants a subject: gateways tell of their clients. What this process itself wants for mirrors and sources they do not tell, and
 * need not be asked.
 */
export class OwnWatches {
  readonly #isListened: (account: string, subject: string) => boolean;
  readonly #watch: Member['watch'];
  readonly #gateway: () => Link | undefined;
  readonly #bySubject = new Map<string, Set<OwnWatch>>();

  /** @param gateway what leaves for this process's own feeds goes by it */
  constructor(
    watch: Member['watch'],
    isListened: (account: string, subject: string) => boolean,
    gateway: () => Link | undefined,
  ) {
    this.#watch = watch;
    this.#isListened = isListened;
    this.#gateway = gateway;
  }

  watch(...watching: Watching): Watch {
    const [account, subject, queue, changed] = watching;
    // No feed is in a group.
    if (queue !== '') return this.#watch(...watching);
    const clients = OWN.test(subject) ? undefined : this.#watch(...watching);
    const same = this.#bySubject.get(subject) ?? new Set();
    this.#bySubject.set(subject, same);
    const watch = new OwnWatch(
      changed,
      clients,
      () => this.#isListened(account, subject),
      this.#gateway,
      () => {
        same.delete(watch);
        if (same.size === 0) this.#bySubject.delete(subject);
      },
    );
    same.add(watch);
    return watch;
  }

  /** A feed has begun to listen in some account, or has stopped. */
  listeningChanged(to: string): void {
    for (const { changed } of this.#bySubject.get(to) ?? []) changed();
  }

  /** Gateways have come or gone. */
  linksChanged(): void {
    for (const watches of this.#bySubject.values()) for (const watch of watches) watch.linksChanged();
  }
}

/** Of clients, and of this process. A consumer may be there before the feed that takes from it. */
class OwnWatch implements Watch {
  readonly changed: () => void;
  readonly #clients: Watch | undefined;
  readonly #isListened: () => boolean;
  readonly #gateway: () => Link | undefined;
  readonly #ended: () => void;

  constructor(
    changed: () => void,
    clients: Watch | undefined,
    isListened: () => boolean,
    gateway: () => Link | undefined,
    ended: () => void,
  ) {
    this.changed = changed;
    this.#clients = clients;
    this.#isListened = isListened;
    this.#gateway = gateway;
    this.#ended = ended;
  }

  get known(): boolean {
    return this.#isListened() || (this.#clients?.known ?? true);
  }

  get isWanted(): boolean {
    return this.#isListened() || (this.#clients?.isWanted ?? false);
  }

  get link(): Link | undefined {
    return this.#isListened() ? this.#gateway() : this.#clients?.link;
  }

  linksChanged(): void {
    if (this.#isListened()) this.changed();
  }

  end(): void {
    this.#clients?.end();
    this.#ended();
  }
}
