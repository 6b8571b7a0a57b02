import type { ConnectionLeases } from './api.ts';
import type { LeaseAnswer, LeaseRequest } from './questions/leases.ts';
import type { Runtime, Timer } from './runtime.ts';

/** Connection ids asked for at once. */
const ID_BLOCK = 1024;
/** Slots kept at hand for the next connections; more than twice as many are given back. */
const SLOTS_AT_HAND = 64;
const PATIENCE_MS = 2000;
/** Connections that wait for a slot; beyond that they are told no. */
const WAITING_MAX = 65_536;

interface Waiter {
  done(granted: boolean): void;
  timer: Timer;
}

/** This process's share of the node's connection slots and ids: credits, so that an accept needs no round trip. */
export class LeasedConnections implements ConnectionLeases {
  used = 0;
  /** Highest id ever given out here. */
  idMax = 0;
  private readonly runtime: Runtime;
  private readonly send: (request: LeaseRequest) => void;
  private connected = false;
  private free = 0;
  private slotsAsked = false;
  private idsAsked = false;
  /** Blocks of ids not used yet: first and how many. */
  private blocks: { next: number; end: number }[] = [];
  private readonly waiting = new Set<Waiter>();
  private readonly idWaiting: (() => void)[] = [];

  constructor(runtime: Runtime, send: (request: LeaseRequest) => void) {
    this.runtime = runtime;
    this.send = send;
  }

  /** Slots leased: those in use and those at hand. */
  get held(): number {
    return this.used + this.free;
  }

  /** A router that knows of the slots held here is connected. */
  connect(): void {
    this.connected = true;
    this.slotsAsked = false;
    this.idsAsked = false;
    this.ask();
  }

  disconnect(): void {
    this.connected = false;
  }

  nextId(): number {
    const block = this.blocks[0];
    if (block === undefined) {
      this.ask();
      return 0;
    }
    const id = block.next++;
    this.idMax = id;
    if (block.next === block.end) this.blocks.shift();
    if (this.idsLeft() < ID_BLOCK / 2) this.ask();
    return id;
  }

  idReady(fn: () => void): void {
    if (this.blocks.length > 0) fn();
    else this.idWaiting.push(fn);
  }

  open(done: (granted: boolean) => void): void {
    if (this.free > 0 && this.waiting.size === 0) {
      this.free--;
      this.used++;
      if (this.free < SLOTS_AT_HAND / 2) this.ask();
      done(true);
      return;
    }
    if (this.waiting.size >= WAITING_MAX) {
      done(false);
      return;
    }
    const waiter: Waiter = {
      done,
      timer: this.runtime.setTimer(PATIENCE_MS, () => {
        this.waiting.delete(waiter);
        done(false);
      }),
    };
    this.waiting.add(waiter);
    this.ask();
  }

  close(): void {
    this.used--;
    this.free++;
    this.serve();
    if (this.connected && this.free > 2 * SLOTS_AT_HAND) this.giveBack(this.free - SLOTS_AT_HAND, false);
  }

  leased(answer: LeaseAnswer): void {
    if (answer.connectionIds > 0) {
      this.idsAsked = false;
      this.blocks.push({ next: answer.firstConnectionId, end: answer.firstConnectionId + answer.connectionIds });
      for (const ready of this.idWaiting.splice(0)) ready();
    }
    if (answer.recall) {
      this.giveBack(this.free, true);
      return;
    }
    if (!answer.slots) return;
    this.slotsAsked = false;
    this.free += answer.connections;
    this.serve();
    if (!answer.refused) {
      if (this.waiting.size > 0) this.ask();
      return;
    }
    for (const waiter of this.take(this.waiting.size)) waiter.done(false);
  }

  private serve(): void {
    for (const waiter of this.take(Math.min(this.free, this.waiting.size))) {
      this.free--;
      this.used++;
      waiter.done(true);
    }
  }

  /** The first that wait, waiting no more. */
  private take(count: number): Waiter[] {
    const taken: Waiter[] = [];
    for (const waiter of this.waiting) {
      if (taken.length === count) break;
      waiter.timer.cancel();
      taken.push(waiter);
    }
    for (const waiter of taken) this.waiting.delete(waiter);
    return taken;
  }

  private giveBack(count: number, recalled: boolean): void {
    this.free -= count;
    this.send({ connections: 0, required: 0, returned: count, recalled, connectionIds: 0 });
  }

  private idsLeft(): number {
    let left = 0;
    for (const block of this.blocks) left += block.end - block.next;
    return left;
  }

  private ask(): void {
    if (!this.connected) return;
    const required = this.waiting.size;
    const wantsSlots = !this.slotsAsked && (required > 0 || this.free < SLOTS_AT_HAND / 2);
    const wantsIds = !this.idsAsked && this.idsLeft() < ID_BLOCK / 2;
    if (!wantsSlots && !wantsIds) return;
    if (wantsSlots) this.slotsAsked = true;
    if (wantsIds) this.idsAsked = true;
    this.send({
      connections: wantsSlots ? required + SLOTS_AT_HAND - Math.min(this.free, SLOTS_AT_HAND) : 0,
      required: wantsSlots ? required : 0,
      returned: 0,
      recalled: false,
      connectionIds: wantsIds ? ID_BLOCK : 0,
    });
  }
}
