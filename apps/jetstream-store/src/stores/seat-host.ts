import type { Runtime, Timer } from '@skein/bus';
import type { JetStreamStore } from '../server.ts';
import { isSpare, type Seat, vacantSeats } from './seat.ts';

/** A process that is started anew, or one without a seat, comes first: clients wait for a store for 4 s. */
const VACANT_MS = 500;

export interface SeatEvents {
  /** The store has been dealt a seat, or another one has gone. */
  onSeatsChanged(): void;
  /** The store is to end. */
  onShutdown(reason: string, refused: boolean): void;
}

export interface SeatHostOptions {
  readonly runtime: Pick<Runtime, 'setTimer'>;
  /** A store; `guest`: 0, the process's own; else counted from 1, and used again when the one that had it has ended. */
  create(guest: number, events: SeatEvents): Pick<JetStreamStore, 'start' | 'stop' | 'figures' | 'seating'>;
  /** A process that names a seat, as one that a supervisor starts anew does, has that one alone. */
  takesVacant(seat: Seat): boolean;
  /** Ends the process. */
  exit(code: number, reason: string): void;
}

type Store = ReturnType<SeatHostOptions['create']>;

/**
 * The stores of a process that takes whatever seat is vacant: its own, and beside it guests in the seats that no process has. It asks again for a seat
 * when it found none and one becomes vacant; a guest ends in order when the router says so, because a process has come that has none.
 */
export class SeatHost {
  readonly #options: SeatHostOptions;
  #own: Store;
  #ownStarted: Promise<void> = Promise.resolve();
  #guests = new Map<number, Store>();
  /** It has not been dealt a seat yet. */
  #coming: Store | undefined;
  #timer: Timer | undefined;
  #isAskingAgain = false;
  #hasStopped = false;

  constructor(options: SeatHostOptions) {
    this.#options = options;
    this.#own = this.#createOwn();
  }

  /** Resolves when its own store serves. */
  start(): Promise<void> {
    this.#ownStarted = this.#own.start();
    return this.#ownStarted;
  }

  figures(): Record<string, unknown> {
    return this.#own.figures();
  }

  async stop(): Promise<void> {
    this.#hasStopped = true;
    this.#timer?.cancel();
    await Promise.all([this.#own, ...this.#guests.values()].map((store) => store.stop()));
  }

  #createOwn(): Store {
    return this.#options.create(0, {
      onSeatsChanged: () => this.#changed(),
      onShutdown: (reason, refused) => this.#options.exit(refused ? 1 : 0, reason),
    });
  }

  #changed(): void {
    const { seating } = this.#own;
    if (this.#hasStopped || seating === undefined || !this.#options.takesVacant(seating.seat)) return;
    if (!isSpare(seating)) this.#lookLater();
    else if (vacantSeats(seating).length > 0) void this.#askAgain();
  }

  #lookLater(): void {
    this.#timer?.cancel();
    this.#timer = this.#options.runtime.setTimer(VACANT_MS, () => this.#look());
  }

  /** Takes a seat that nobody has. Of several processes the one with the lowest seat does: the others need not try. */
  #look(): void {
    const { seating } = this.#own;
    if (this.#hasStopped || seating === undefined || this.#coming !== undefined) return;
    const stores = [this.#own, ...this.#guests.values()];
    const mine = stores.flatMap((store) => store.seating?.seat.number ?? []);
    const isVacant = vacantSeats(seating).some((seat) => !mine.includes(seat));
    if (!isVacant || Math.min(...mine, ...seating.others) < Math.min(...mine)) return;
    // A process without a seat is about to take it.
    if (seating.others.some((number) => number >= seating.seat.seats)) this.#lookLater();
    else this.#invite();
  }

  #invite(): void {
    let number = 1;
    while (this.#guests.has(number)) number++;
    const guest = this.#options.create(number, {
      onSeatsChanged: () => {
        if (this.#coming !== guest) return;
        this.#coming = undefined;
        this.#look();
      },
      onShutdown: (reason, refused) => {
        if (refused) this.#options.exit(1, reason);
        else void part();
      },
    });
    this.#guests.set(number, guest);
    this.#coming = guest;
    const started = guest.start();
    const part = async (): Promise<void> => {
      await started.catch(() => {});
      await guest.stop();
      this.#guests.delete(number);
    };
    started.then(
      () => {
        if (guest.seating !== undefined && isSpare(guest.seating)) void part();
      },
      (error: Error) => {
        if (!this.#hasStopped) this.#options.exit(1, error.message);
      },
    );
  }

  /** As whoever starts it anew would. */
  async #askAgain(): Promise<void> {
    if (this.#isAskingAgain) return;
    this.#isAskingAgain = true;
    try {
      await this.#ownStarted;
      await this.#own.stop();
      if (this.#hasStopped) return;
      this.#own = this.#createOwn();
      this.#isAskingAgain = false;
      await this.start();
    } catch (error) {
      if (!this.#hasStopped) this.#options.exit(1, (error as Error).message);
    }
  }
}
