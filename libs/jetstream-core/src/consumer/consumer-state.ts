import type { StreamStore } from '@skein/storage';
import { type ConsumerOperation, readLetters, writeLetters } from './consumer-operation.ts';
import type { DeadLetter } from './dead-letter.ts';
import { NumberReader, NumberWriter } from './numbers.ts';
import { PendingMessages } from './pending-messages.ts';

/** A place in the consumer's own order and in the stream's. */
export interface Place {
  readonly consumer: number;
  readonly stream: number;
}

/** All that outlives a process, by itself. */
export interface ConsumerPlaces {
  readonly delivered: Place;
  readonly floor: Place;
  /** In the order of their sequences. */
  readonly pending: readonly {
    readonly sequence: number;
    readonly consumerSequence: number;
    readonly millis: number;
  }[];
  /** Sequences, and how often each was delivered, where more than once. */
  readonly redelivered: readonly (readonly [sequence: number, deliveries: number])[];
}

const VERSION = 1;
/** Most of a hundred thousand consumers never have any of these: a map of its own takes 200 bytes. Nothing is ever put into them. */
const NOTHING_REDELIVERED: Map<number, number> = new Map();
const NO_LETTERS: Map<number, DeadLetter> = new Map();

/**
 * What a consumer has delivered and had acknowledged. It is what the operations applied make of it; one that was applied before
 * changes nothing, so that a journal may be replayed from an earlier number than the state was saved at.
 */
export class ConsumerState {
  readonly #awaitsAcks: boolean;
  #delivered: Place;
  #floor: Place;
  #deliveredAt = 0;
  #ackedAt = 0;
  readonly pending = new PendingMessages();
  /** How often messages were delivered, where more than once. */
  #redelivered = NOTHING_REDELIVERED;
  /** On their way elsewhere, by sequence, in the order of their numbers, of which the last is `#lettersMade`. */
  #letters = NO_LETTERS;
  #lettersMade = 0;

  /** @param start of the first message that it wants */
  constructor(awaitsAcks: boolean, start: number) {
    this.#awaitsAcks = awaitsAcks;
    this.#delivered = { consumer: 0, stream: start - 1 };
    this.#floor = this.#delivered;
  }

  /** @throws RangeError when pending messages are not in order */
  static at(awaitsAcks: boolean, { delivered, floor, pending, redelivered }: ConsumerPlaces): ConsumerState {
    const state = new ConsumerState(awaitsAcks, 1);
    state.#delivered = delivered;
    state.#floor = floor;
    for (const { sequence, consumerSequence, millis } of pending) state.pending.add(sequence, consumerSequence, millis);
    for (const [sequence, deliveries] of redelivered) state.#deliveredAgain(sequence, deliveries);
    return state;
  }

  /** @throws RangeError for bytes that are no state */
  static load(awaitsAcks: boolean, bytes: Buffer): ConsumerState {
    const reader = new NumberReader(bytes);
    if (reader.get() !== VERSION) throw new RangeError('no state of a consumer');
    const state = new ConsumerState(awaitsAcks, 1);
    state.#delivered = { consumer: reader.get(), stream: reader.get() };
    state.#floor = { consumer: reader.get(), stream: reader.get() };
    state.#deliveredAt = reader.getDouble();
    state.#ackedAt = reader.getDouble();
    readPending(reader, state.pending);
    for (let left = reader.get(); left > 0; left--) state.#deliveredAgain(reader.get(), reader.get());
    state.#lettersMade = reader.get();
    for (const letter of readLetters(reader)) state.#addLetter(letter);
    return state;
  }

  /**
   * As bytes: version (1); delivered and floor (consumer, stream), each a number of seven bits a byte; when something was delivered and
   * acknowledged last (f64 each); how many runs of pending messages; of each how far it begins behind the end of the one before in
   * the stream, where it begins in the consumer's order, how many follow one another in both, and when they were delivered (f64);
   * how many messages were delivered more than once; of each sequence and number; how many dead letters there were; those that are on
   * their way, as in an operation.
   */
  save(): Buffer {
    const writer = new NumberWriter().put(VERSION);
    for (const { consumer, stream } of [this.#delivered, this.#floor]) writer.put(consumer).put(stream);
    writer.putDouble(this.#deliveredAt).putDouble(this.#ackedAt);
    writePending(writer, this.pending);
    writer.put(this.#redelivered.size);
    for (const [sequence, deliveries] of this.#redelivered) writer.put(sequence).put(deliveries);
    writer.put(this.#lettersMade);
    writeLetters(writer, this.#letters.values());
    return Buffer.from(writer.bytes());
  }

  /** On their way elsewhere, in the order of their numbers. */
  get letters(): Iterable<DeadLetter> {
    return this.#letters.values();
  }

  /** The number of the first of them, or of the next one. */
  get firstLetter(): number {
    return this.#lettersMade - this.#letters.size + 1;
  }

  /** The sequences of those up to a number. */
  lettersThrough(number: number): number[] {
    return [...this.#letters.keys()].slice(0, Math.max(0, number - this.firstLetter + 1));
  }

  /** Of the last letter; 0: there was none. */
  get lettersMade(): number {
    return this.#lettersMade;
  }

  /** The message is on its way elsewhere. */
  isLetter(sequence: number): boolean {
    return this.#letters.size > 0 && this.#letters.has(sequence);
  }

  get delivered(): Place {
    return this.#delivered;
  }

  /** Everything up to here is done with. It goes back by a reset alone. */
  get floor(): Place {
    return this.#floor;
  }

  /** Milliseconds; 0: never. */
  get deliveredAt(): number {
    return this.#deliveredAt;
  }

  get ackedAt(): number {
    return this.#ackedAt;
  }

  get redeliveredCount(): number {
    return this.#redelivered.size;
  }

  /** How often the message was delivered. */
  deliveries(sequence: number): number {
    const deliveries = this.#redelivered.size === 0 ? undefined : this.#redelivered.get(sequence);
    return deliveries ?? (this.pending.has(sequence) ? 1 : 0);
  }

  apply(operation: ConsumerOperation): void {
    switch (operation.kind) {
      case 'delivered':
        this.#applyDelivered(operation);
        return;
      case 'acked': {
        let isSome = false;
        for (const sequence of operation.sequences) isSome = this.#forget(sequence) || isSome;
        if (isSome) this.#ackedAt = operation.millis;
        this.#raiseFloor();
        return;
      }
      case 'dropped':
        for (const sequence of operation.sequences) this.pending.remove(sequence);
        return;
      case 'dying':
        this.#applyDying(operation);
        return;
      case 'buried':
        for (const { sequence } of this.#letters.values()) {
          if (this.firstLetter > operation.number) return;
          this.#letters.delete(sequence);
        }
        return;
      case 'reset':
        this.pending.clear();
        this.#redelivered.clear();
        this.#delivered = { consumer: 0, stream: operation.sequence - 1 };
        this.#floor = this.#delivered;
        this.#deliveredAt = 0;
        this.#ackedAt = 0;
    }
  }

  /** What an operation `delivered` says, of one message. */
  deliver(sequence: number, consumer: number, deliveries: number, millis: number): void {
    this.#delivered = { consumer, stream: Math.max(sequence, this.#delivered.stream) };
    this.#deliveredAt = millis;
    if (!this.#awaitsAcks) {
      this.#floor = this.#delivered;
      return;
    }
    const place = this.pending.find(sequence);
    if (place >= 0) {
      if (deliveries > 1) this.#deliveredAgain(sequence, deliveries);
      this.pending.touch(place, millis);
    } else if (deliveries === 1 && sequence > this.pending.last) this.pending.add(sequence, consumer, millis);
    // Otherwise it went, or was acknowledged, meanwhile; or it is from before a reset that follows in the journal.
  }

  /** The message went from the stream. @returns whether it was to be acknowledged */
  remove(sequence: number): boolean {
    if (!this.#forget(sequence)) return false;
    // It counts as acknowledged; when, nobody knows.
    this.#ackedAt = Math.max(this.#ackedAt, this.#deliveredAt);
    this.#raiseFloor();
    return true;
  }

  /** Those below a sequence that match a filter went from the stream; without one all of them. @param each is told of each pending one */
  forgetGone(store: StreamStore, below: number, filter: string, each: (sequence: number) => void): void {
    for (const sequence of this.pending.sequences()) {
      if (sequence >= below) break;
      if (store.get(sequence) !== undefined) continue;
      each(sequence);
      this.remove(sequence);
    }
    if (filter === '') this.skipBelow(below);
  }

  /** Everything below went from the stream. */
  skipBelow(sequence: number): void {
    if (sequence - 1 > this.#delivered.stream) this.#delivered = { ...this.#delivered, stream: sequence - 1 };
    for (const pending of this.pending.sequences()) {
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
        this.deliver(sequence, consumer, deliveries, millis);
      }
    }
  }

  #applyDying({ number, letters, millis }: Extract<ConsumerOperation, { kind: 'dying' }>): void {
    for (const [i, letter] of letters.entries()) {
      // It was applied before.
      if (number + i <= this.#lettersMade) continue;
      this.#lettersMade = number + i;
      this.#addLetter(letter);
      this.#forget(letter.sequence);
      this.#ackedAt = millis;
    }
    this.#raiseFloor();
  }

  #deliveredAgain(sequence: number, deliveries: number): void {
    if (this.#redelivered === NOTHING_REDELIVERED) this.#redelivered = new Map();
    this.#redelivered.set(sequence, deliveries);
  }

  #addLetter(letter: DeadLetter): void {
    if (this.#letters === NO_LETTERS) this.#letters = new Map();
    this.#letters.set(letter.sequence, letter);
  }

  #forget(sequence: number): boolean {
    this.#redelivered.delete(sequence);
    return this.pending.remove(sequence);
  }

  #raiseFloor(): void {
    const { pending } = this;
    const { first } = pending;
    const floor =
      first < 0
        ? this.#delivered
        : { consumer: pending.consumerSequence(first) - 1, stream: pending.sequence(first) - 1 };
    if (floor.stream >= this.#floor.stream && floor.consumer >= this.#floor.consumer) this.#floor = floor;
  }
}

interface PendingRun {
  stream: number;
  consumer: number;
  length: number;
  millis: number;
}

function writePending(writer: NumberWriter, pending: PendingMessages): void {
  const runs: PendingRun[] = [];
  pending.forEach((place) => {
    const last = runs.at(-1);
    const next = { stream: pending.sequence(place), consumer: pending.consumerSequence(place), length: 1 };
    const millis = pending.millis(place);
    const follows = (to: PendingRun): boolean =>
      to.stream + to.length === next.stream && to.consumer + to.length === next.consumer && to.millis === millis;
    if (last !== undefined && follows(last)) last.length++;
    else runs.push({ ...next, millis });
  });
  writer.put(runs.length);
  let end = 0;
  for (const { stream, consumer, length, millis } of runs) {
    writer
      .put(stream - end)
      .put(consumer)
      .put(length)
      .putDouble(millis);
    end = stream + length;
  }
}

function readPending(reader: NumberReader, pending: PendingMessages): void {
  let stream = 0;
  for (let left = reader.get(); left > 0; left--) {
    stream += reader.get();
    let consumer = reader.get();
    const end = stream + reader.get();
    const millis = reader.getDouble();
    for (; stream < end; stream++, consumer++) pending.add(stream, consumer, millis);
  }
}
