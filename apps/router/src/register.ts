import type { Component, Peer } from '@skein/bus';
import type { Connection } from '@skein/bus/internal';
import { Silence } from '@skein/process';
import { DeclaredInterest } from './interest-store.ts';
import type { StoredPeer } from './state.ts';

/** A process that has said Hello and was welcomed. */
export interface Registered {
  readonly peer: Peer;
  readonly connection: Connection;
  readonly wantsInterest: boolean;
  /** A store beside another one in its process. */
  readonly guest: boolean;
  /** It has been asked to end. */
  leaves: boolean;
  readonly interest: DeclaredInterest;
  heardMs: number;
  readonly silence: Silence;
  /** It has declared all that it wanted when it connected. */
  declared: boolean;
  /** The first part of its declaration has been passed on. */
  begun: boolean;
  /** Of its configuration. */
  revision: number;
  /** Declarers whose interest it has forgotten because their link broke. */
  readonly forgotten: Set<number>;
}

/** The node's processes: those connected, and those that an earlier router knew and that have not come back yet. */
export class Register {
  readonly members = new Map<number, Registered>();
  readonly expected = new Map<number, StoredPeer>();
  processIdMax: number;

  constructor(processIdMax: number, expected: readonly StoredPeer[]) {
    this.processIdMax = processIdMax;
    for (const peer of expected) {
      this.expected.set(peer.id, peer);
      this.processIdMax = Math.max(this.processIdMax, peer.id);
    }
  }

  /** All of them, those expected included. */
  peers(): Peer[] {
    return [...this.expected.values(), ...[...this.members.values()].map((member) => member.peer)];
  }

  nextId(): number {
    return ++this.processIdMax;
  }

  at(component: Component, instance: number): Peer | undefined {
    return this.peers().find((peer) => peer.component === component && peer.instance === instance);
  }

  gateways(): number {
    let count = 0;
    for (const member of this.members.values()) if (member.peer.component === 'gateway') count++;
    return count;
  }
}

export const newRegistered = (
  peer: Peer,
  connection: Connection,
  { wantsInterest, guest }: Pick<Registered, 'wantsInterest' | 'guest'>,
  heardMs: number,
  revision: number,
): Registered => ({
  peer,
  connection,
  wantsInterest,
  guest,
  leaves: false,
  interest: new DeclaredInterest(),
  heardMs,
  silence: new Silence(),
  declared: false,
  begun: false,
  revision,
  forgotten: new Set(),
});
