import type { Link, Member, Watch } from '@skein/bus';

type Watching = Parameters<Member['watch']>;

/** Where mirrors and sources take from consumers of their own account. */
const OWN = /^\$JS\.[MS]\./;

interface OwnWatch extends Watch {
  readonly subject: string;
  readonly changed: () => void;
}

/**
 * Who wants a subject: gateways tell of their clients. What this process itself wants for mirrors and sources they do not tell, and
 * need not be asked.
 */
export class OwnWatches {
  readonly #isListened: (subject: string) => boolean;
  readonly #watch: Member['watch'];
  readonly #gateway: () => Link | undefined;
  readonly #own = new Set<OwnWatch>();

  /** @param gateway what leaves for this process's own feeds goes by it */
  constructor(watch: Member['watch'], isListened: (subject: string) => boolean, gateway: () => Link | undefined) {
    this.#watch = watch;
    this.#isListened = isListened;
    this.#gateway = gateway;
  }

  watch(...watching: Watching): Watch {
    const [, subject, , changed] = watching;
    // A durable consumer is there before the feed that takes from it.
    if (!OWN.test(subject) && !this.#isListened(subject)) return this.#watch(...watching);
    const gateway = this.#gateway;
    const own = this.#own;
    const isListened = this.#isListened;
    const watch: OwnWatch = {
      known: true,
      get isWanted() {
        return isListened(subject);
      },
      get link() {
        return gateway();
      },
      subject,
      changed,
      end: () => own.delete(watch),
    };
    own.add(watch);
    return watch;
  }

  /** A feed has begun to listen, or has stopped. */
  listeningChanged(to: string): void {
    for (const { subject, changed } of this.#own) if (subject === to) changed();
  }

  /** Gateways have come or gone. */
  linksChanged(): void {
    for (const { changed } of this.#own) changed();
  }
}
