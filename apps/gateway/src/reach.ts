import { HOLDING, type Link, type Peer, type Runtime, type Timer } from '@skein/bus';
import { deliverHeld, type HeldMessage, HeldMessages } from './held-messages.ts';

export interface ReachOwner {
  readonly runtime: Pick<Runtime, 'setTimer'>;
  /** The process wants nothing any more. */
  withdraw(process: number): void;
  /** Whether a process wants a message. */
  wants(process: number, held: HeldMessage): boolean;
  warn(text: string): void;
  /** Nobody took what was for this process. */
  failed(process: number, held: HeldMessage): void;
}

/** A store that is away. */
interface Absence {
  readonly process: number;
  readonly messages: HeldMessages;
  readonly timer: Timer;
  /** What has taken its place, and does not serve yet. */
  successor: Link | undefined;
}

/**
 * Whom messages can be sent to: the links that are up. A store that goes leaves its interest and a stand-in for its link
 * that holds what is for it, bounded in number, bytes and time; when the store, or what takes its place, says that it serves, it is
 * given all of that in order, before anything newer. What had been sent is not sent again.
 */
export class Reach {
  readonly links = new Map<number, Link>();
  readonly #owner: ReachOwner;
  /** By instance. */
  readonly #absent = new Map<number, Absence>();
  /** The node has JetStream: a store that goes comes back. */
  #holds = true;

  constructor(owner: ReachOwner) {
    this.#owner = owner;
  }

  /** By the configuration. Where there is no JetStream any more, nobody waits for a store. */
  configure(hasJetStream: boolean): void {
    this.#holds = hasJetStream;
    if (hasJetStream) return;
    for (const [instance, absence] of this.#absent) this.#end(absence, instance);
  }

  up(link: Link): void {
    const { id, component, instance } = link.peer;
    const absence = component === STORE ? this.#absent.get(instance) : undefined;
    if (absence === undefined) {
      this.links.set(id, link);
      return;
    }
    absence.successor = link;
    // Only the link was gone.
    if (absence.process === id) this.#end(absence, instance);
  }

  /** The link has ended, or the process is not registered any more. */
  down({ id, component, instance }: Peer): void {
    const known = this.links.get(id);
    if (component !== STORE || known === undefined || !this.#holds) {
      this.links.delete(id);
      const absence = this.#absent.get(instance);
      if (component === STORE && absence?.successor?.peer.id === id) absence.successor = undefined;
      this.#owner.withdraw(id);
      return;
    }
    if (known instanceof HeldMessages) return;
    this.absent(known.peer);
  }

  /** A process ends, and says so before: what it was sent so far it still works through. */
  leaving(peer: Peer): void {
    if (peer.component === STORE && this.#holds) this.absent(peer);
  }

  /** What is for this store is held from now on. Idempotent. */
  absent(peer: Peer): Link {
    const { id, instance } = peer;
    const present = this.#absent.get(instance);
    if (present?.process === id) return present.messages;
    if (present !== undefined && present.successor?.peer.id === id) {
      // It goes before it has served: the next one is waited for, with all that is held.
      present.successor = undefined;
      return present.messages;
    }
    if (present !== undefined) this.#end(present, instance);
    const absence: Absence = {
      process: id,
      messages: new HeldMessages(peer),
      timer: this.#owner.runtime.setTimer(HOLDING.ms, () => this.#end(absence, instance)),
      successor: undefined,
    };
    this.#absent.set(instance, absence);
    this.links.set(id, absence.messages);
    return absence.messages;
  }

  /** A store serves: it has declared all that it wants. */
  serving({ id, instance }: Peer): void {
    const absence = this.#absent.get(instance);
    if (absence?.successor?.peer.id === id) this.#end(absence, instance);
  }

  #end(absence: Absence, instance: number): void {
    const { process, messages, timer, successor } = absence;
    timer.cancel();
    this.#absent.delete(instance);
    this.links.delete(process);
    if (successor?.peer.id !== process) this.#owner.withdraw(process);
    const link = successor?.up ? successor : undefined;
    if (link !== undefined) this.links.set(link.peer.id, link);
    let lost = 0;
    for (const held of messages.messages) {
      const isTaken = link !== undefined && this.#owner.wants(link.peer.id, held) && deliverHeld(link, held);
      if (isTaken) continue;
      lost++;
      this.#owner.failed(process, held);
    }
    if (lost > 0) this.#owner.warn(`jetstream-store ${instance} was away for too long; messages given up: ${lost}`);
  }
}

const STORE = 'jetstream-store';
