import type { LeaseAnswer, LeaseRequest } from '@skein/bus/questions';

/** Most ids that one request gets. */
const ID_BLOCK_MAX = 65_536;

const nothing: LeaseAnswer = {
  connections: 0,
  refused: false,
  recall: false,
  slots: false,
  firstConnectionId: 0,
  connectionIds: 0,
};

/**
 * Connection slots and ids of the whole node. Slots are credits: the sum of what processes hold never exceeds the limit,
 * and a process is refused one only when no other holds an unused one (they are asked to return theirs first).
 */
export class Leases {
  /** Highest id given out. */
  connectionIdMax: number;
  private max: number;
  private held: boolean;
  private readonly send: (process: number, answer: LeaseAnswer) => void;
  private readonly credits = new Map<number, number>();
  private waiting: { process: number; wanted: number }[] = [];
  /** Processes that have not answered the recall under way. */
  private readonly recalled = new Set<number>();

  /** `max` of 0 or less is unlimited. `held`: grants no slots until `release`. */
  constructor(
    max: number,
    connectionIdMax: number,
    held: boolean,
    send: (process: number, answer: LeaseAnswer) => void,
  ) {
    this.max = max;
    this.connectionIdMax = connectionIdMax;
    this.held = held;
    this.send = send;
  }

  /** `credit`: slots leased to it by a router before this one. */
  join(process: number, credit: number, connectionIdMax: number): void {
    this.credits.set(process, credit);
    this.connectionIdMax = Math.max(this.connectionIdMax, connectionIdMax);
  }

  leave(process: number): void {
    this.credits.delete(process);
    this.waiting = this.waiting.filter((waiter) => waiter.process !== process);
    this.answered(process);
  }

  release(): void {
    this.held = false;
    this.serve();
    this.recall();
  }

  setMax(max: number): void {
    this.max = max;
    this.serve();
  }

  request(process: number, lease: LeaseRequest): void {
    const credit = this.credits.get(process);
    if (credit === undefined) return;
    this.credits.set(process, Math.max(0, credit - lease.returned));
    if (lease.connectionIds > 0) {
      const connectionIds = Math.min(lease.connectionIds, ID_BLOCK_MAX);
      const firstConnectionId = this.connectionIdMax + 1;
      this.connectionIdMax += connectionIds;
      this.send(process, { ...nothing, firstConnectionId, connectionIds });
    }
    if (lease.connections > 0) this.wish(process, lease.connections, lease.required > 0);
    if (lease.recalled) this.answered(process);
    else if (lease.returned > 0) this.serve();
  }

  private wish(process: number, wanted: number, urgent: boolean): void {
    const granted = this.held ? 0 : Math.min(wanted, this.available());
    if (granted > 0 || !urgent) {
      this.grant(process, granted);
      return;
    }
    this.waiting.push({ process, wanted });
    this.recall();
  }

  private available(): number {
    if (this.max <= 0) return Number.MAX_SAFE_INTEGER;
    let given = 0;
    for (const credit of this.credits.values()) given += credit;
    return Math.max(0, this.max - given);
  }

  private grant(process: number, connections: number): void {
    this.credits.set(process, (this.credits.get(process) ?? 0) + connections);
    this.send(process, { ...nothing, slots: true, connections });
  }

  /** Those who wait get what there is, in turn. */
  private serve(): void {
    if (this.held) return;
    while (this.waiting.length > 0) {
      const granted = Math.min(this.waiting[0].wanted, this.available());
      if (granted === 0) return;
      this.grant(this.waiting.shift()!.process, granted);
    }
  }

  private recall(): void {
    if (this.held || this.waiting.length === 0 || this.recalled.size > 0) return;
    for (const [process, credit] of this.credits) {
      if (credit > 0 && !this.waiting.some((waiter) => waiter.process === process)) this.recalled.add(process);
    }
    if (this.recalled.size === 0) this.refuse();
    else for (const process of [...this.recalled]) this.send(process, { ...nothing, recall: true });
  }

  private answered(process: number): void {
    const asked = this.recalled.delete(process);
    this.serve();
    if (asked && this.recalled.size === 0) this.refuse();
  }

  private refuse(): void {
    for (const { process } of this.waiting.splice(0)) this.send(process, { ...nothing, slots: true, refused: true });
  }
}
