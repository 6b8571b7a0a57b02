import type { ConsumerOperation } from './consumer-operation.ts';

/** A place in the consumer's own order and in the stream's. */
export interface Place {
  readonly consumer: number;
  readonly stream: number;
}

/** A message that was delivered and is not acknowledged. */
export interface Pending {
  /** Of its first delivery. */
  readonly consumerSequence: number;
  /** When it was delivered last. */
  readonly millis: number;
}

interface Saved {
  delivered: Place;
  floor: Place;
  pending: [number, Pending][];
  redelivered: [number, number][];
}

/**
 * What a consumer has delivered and had acknowledged. It is what the operations applied make of it; one that was applied before
 * changes nothing, so that a journal may be replayed from an earlier number than the state was saved at.
 */
export class ConsumerState {
  readonly #awaitsAcks: boolean;
  #delivered: Place;
  #floor: Place;
  /** By sequence in the stream, in the order of first deliveries, which is that of the stream. */
  readonly #pending = new Map<number, Pending>();
  /** How often messages were delivered, where more than once. */
  readonly #redelivered = new Map<number, number>();

  /** @param start of the first message that it wants */
  constructor(awaitsAcks: boolean, start: number) {
    this.#awaitsAcks = awaitsAcks;
    this.#delivered = { consumer: 0, stream: start - 1 };
    this.#floor = this.#delivered;
  }

  static load(awaitsAcks: boolean, bytes: Buffer): ConsumerState {
    const saved: Saved = JSON.parse(bytes.toString());
    const state = new ConsumerState(awaitsAcks, 1);
    state.#delivered = saved.delivered;
    state.#floor = saved.floor;
    for (const [sequence, pending] of saved.pending) state.#pending.set(sequence, pending);
    for (const [sequence, deliveries] of saved.redelivered) state.#redelivered.set(sequence, deliveries);
    return state;
  }

  save(): Buffer {
    const saved: Saved = {
      delivered: this.#delivered,
      floor: this.#floor,
      pending: [...this.#pending],
      redelivered: [...this.#redelivered],
    };
    return Buffer.from(JSON.stringify(saved));
  }

  get delivered(): Place {
    return this.#delivered;
  }

  /** Everything up to here is done with. It goes back by a reset alone. */
  get floor(): Place {
    return this.#floor;
  }

  get pending(): ReadonlyMap<number, Pending> {
    return this.#pending;
  }

  get redeliveredCount(): number {
    return this.#redelivered.size;
  }

  /** How often the message was delivered. */
  deliveries(sequence: number): number {
    return this.#redelivered.get(sequence) ?? (this.#pending.has(sequence) ? 1 : 0);
  }

  apply(operation: ConsumerOperation): void {
    switch (operation.kind) {
      case 'delivered':
        this.#applyDelivered(operation);
        return;
      case 'acked':
        for (const sequence of operation.sequences) this.#forget(sequence);
        this.#raiseFloor();
        return;
      case 'dropped':
        for (const sequence of operation.sequences) this.#pending.delete(sequence);
        return;
      case 'reset':
        this.#pending.clear();
        this.#redelivered.clear();
        this.#delivered = { consumer: 0, stream: operation.sequence - 1 };
        this.#floor = this.#delivered;
    }
  }

  /** The message went from the stream. @returns whether it was to be acknowledged */
  remove(sequence: number): boolean {
    if (!this.#forget(sequence)) return false;
    this.#raiseFloor();
    return true;
  }

  /** Everything below went from the stream. */
  skipBelow(sequence: number): void {
    if (sequence - 1 > this.#delivered.stream) this.#delivered = { ...this.#delivered, stream: sequence - 1 };
    for (const pending of this.#pending.keys()) {
      if (pending >= sequence) break;
      this.#forget(pending);
    }
    this.#raiseFloor();
  }

  #applyDelivered({ consumerSequence, runs, millis }: Extract<ConsumerOperation, { kind: 'delivered' }>): void {
    let consumer = consumerSequence;
    for (const { first, length, deliveries } of runs) {
      for (let sequence = first; sequence < first + length; sequence++, consumer++) {
        // It was applied before.
        if (consumer <= this.#delivered.consumer) continue;
        this.#deliver(sequence, consumer, deliveries, millis);
      }
    }
  }

  #deliver(sequence: number, consumer: number, deliveries: number, millis: number): void {
    this.#delivered = { consumer, stream: Math.max(sequence, this.#delivered.stream) };
    if (!this.#awaitsAcks) {
      this.#floor = this.#delivered;
      return;
    }
    if (deliveries === 1) {
      this.#pending.set(sequence, { consumerSequence: consumer, millis });
      return;
    }
    const pending = this.#pending.get(sequence);
    // It went, or was acknowledged, meanwhile.
    if (pending === undefined) return;
    this.#redelivered.set(sequence, deliveries);
    this.#pending.set(sequence, { ...pending, millis });
  }

  #forget(sequence: number): boolean {
    this.#redelivered.delete(sequence);
    return this.#pending.delete(sequence);
  }

  #raiseFloor(): void {
    const oldest = this.#pending.entries().next().value;
    const floor =
      oldest === undefined ? this.#delivered : { consumer: oldest[1].consumerSequence - 1, stream: oldest[0] - 1 };
    if (floor.stream >= this.#floor.stream && floor.consumer >= this.#floor.consumer) this.#floor = floor;
  }
}
