import type { StreamConfig } from '@skein/jetstream-core';
import type { StreamImage, StreamStore } from '@skein/storage';
import type { Entry, Host, Saved, Surroundings } from './host.ts';
import { StreamHost } from './hosted-stream.ts';
import { RecordKind, record, type StreamCreated, type StreamRestored } from './record.ts';
import { storeUnavailable } from './store-errors.ts';

/** A value of stores that are being filled from a backup, until that is whole. */
export const RESTORING = 'restoring';

/** Streams that share a journal and a database, or nothing but this process's memory. */
export abstract class Shard implements Host {
  readonly clock: Surroundings['clock'];
  readonly outbox: Surroundings['outbox'];
  readonly agenda: Surroundings['agenda'];
  readonly led: Surroundings['led'];
  readonly turn: Surroundings['turn'];
  readonly notices: Surroundings['notices'];
  readonly origins: Surroundings['origins'];
  readonly logger: Surroundings['logger'];
  readonly watch: Surroundings['watch'];
  readonly presence: Surroundings['presence'];
  readonly streamOf: Surroundings['streamOf'];
  readonly domain: string;
  readonly life: string;
  /** By their numbers. */
  readonly streams = new Map<number, StreamHost>();
  abstract readonly isReplaying: boolean;
  abstract readonly isShortOfSpace: boolean;
  abstract readonly isFull: boolean;
  abstract readonly isBehind: boolean;

  constructor(surroundings: Surroundings) {
    this.clock = surroundings.clock;
    this.outbox = surroundings.outbox;
    this.agenda = surroundings.agenda;
    this.led = surroundings.led;
    this.turn = surroundings.turn;
    this.notices = surroundings.notices;
    this.origins = surroundings.origins;
    this.logger = surroundings.logger;
    this.streamOf = surroundings.streamOf;
    this.watch = surroundings.watch;
    this.presence = surroundings.presence;
    this.domain = surroundings.domain;
    this.life = surroundings.life;
  }

  abstract append(bytes: Buffer, start: number, end: number, entry: Entry): number;
  abstract afterLogged(entry: Entry): void;
  abstract changed(saved: Saved): void;
  /** The stream as it is now. */
  abstract image(stream: StreamHost): Promise<StreamImage>;
  /** Resolves when there is room for more in memory. */
  abstract room(): Promise<void>;
  /** Resolves when all that is in memory is where it lasts. @throws ApiError */
  abstract kept(): Promise<void>;
  protected abstract newStore(): StreamStore;
  protected abstract numberOf(store: StreamStore): number;
  protected abstract dropStore(store: StreamStore): void;
  /** Being filled from backups, by their numbers. */
  protected readonly restoring = new Map<number, StreamStore>();

  /** @throws ApiError when its journal takes nothing */
  create(account: string, config: StreamConfig): Promise<StreamHost> {
    const value: StreamCreated = { account, config, created: this.clock.now() };
    return this.#logged(record(RecordKind.StreamCreated, 0, value), (number) => {
      const stream = this.applyCreated(number, value);
      stream.begin();
      return stream;
    });
  }

  /** @throws ApiError when its journal takes nothing */
  delete(stream: StreamHost): Promise<void> {
    return this.#logged(record(RecordKind.StreamDeleted, stream.number, Buffer.alloc(0)), () =>
      this.applyDeleted(stream.number),
    );
  }

  /** What a backup is put back into; nobody sees it before `restored`. */
  beginRestore(): StreamStore {
    const store = this.newStore();
    store.setValue(RESTORING, Buffer.alloc(0));
    this.restoring.set(this.numberOf(store), store);
    return store;
  }

  /** False: what failed meanwhile took it along. */
  isRestoring(store: StreamStore): boolean {
    return this.restoring.get(this.numberOf(store)) === store;
  }

  /** @throws ApiError when its journal takes nothing, or the store has gone */
  async restored(account: string, store: StreamStore): Promise<StreamHost> {
    await this.kept();
    if (!this.isRestoring(store)) throw storeUnavailable();
    const value: StreamRestored = {
      restoring: this.numberOf(store),
      account,
      created: this.clock.now(),
      life: this.life,
    };
    return this.#logged(record(RecordKind.StreamRestored, 0, value), (number) => {
      const stream = this.applyRestored(number, value);
      stream.begin();
      return stream;
    });
  }

  abandonRestore(store: StreamStore): void {
    if (!this.isRestoring(store)) return;
    this.restoring.delete(this.numberOf(store));
    this.dropStore(store);
  }

  /** @throws Error when its messages are not there */
  protected applyRestored(number: number, value: StreamRestored): StreamHost {
    const store = this.restoring.get(value.restoring);
    if (store === undefined) throw new Error(`what was restored as stream ${number} is not there`);
    this.restoring.delete(value.restoring);
    store.setValue(RESTORING, undefined);
    const stream = StreamHost.restore(this, store, number, value);
    this.streams.set(number, stream);
    stream.changed();
    return stream;
  }

  protected applyCreated(number: number, value: StreamCreated): StreamHost {
    const stream = StreamHost.create(this, this.newStore(), number, value);
    this.streams.set(number, stream);
    stream.changed();
    return stream;
  }

  protected applyDeleted(number: number): void {
    const stream = this.streams.get(number);
    if (stream === undefined) return;
    this.streams.delete(number);
    stream.close('Stream Deleted');
    this.dropStore(stream.store);
  }

  #logged<T>(bytes: Buffer, apply: (number: number) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const entry: Entry = {
        isVoid: false,
        apply: (number) => resolve(apply(number)),
        fail: () => reject(storeUnavailable()),
        broke: reject,
      };
      if (this.append(bytes, 0, bytes.length, entry) === 0) entry.fail();
    });
  }
}
