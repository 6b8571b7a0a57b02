import type { StreamConfig } from '@skein/jetstream-core';
import type { StreamStore } from '@skein/storage';
import type { Entry, Host, Saved, Surroundings } from './host.ts';
import { StreamHost } from './hosted-stream.ts';
import { RecordKind, record, type StreamCreated } from './record.ts';
import { storeUnavailable } from './store-errors.ts';

/** Streams that share a journal and a database, or nothing but this process's memory. */
export abstract class Shard implements Host {
  readonly clock: Surroundings['clock'];
  readonly outbox: Surroundings['outbox'];
  readonly agenda: Surroundings['agenda'];
  readonly turn: Surroundings['turn'];
  readonly notices: Surroundings['notices'];
  readonly origins: Surroundings['origins'];
  readonly logger: Surroundings['logger'];
  readonly watch: Surroundings['watch'];
  readonly domain: string;
  /** By their numbers. */
  readonly streams = new Map<number, StreamHost>();
  abstract readonly isReplaying: boolean;
  abstract readonly isFull: boolean;

  constructor(surroundings: Surroundings) {
    this.clock = surroundings.clock;
    this.outbox = surroundings.outbox;
    this.agenda = surroundings.agenda;
    this.turn = surroundings.turn;
    this.notices = surroundings.notices;
    this.origins = surroundings.origins;
    this.logger = surroundings.logger;
    this.watch = surroundings.watch;
    this.domain = surroundings.domain;
  }

  abstract append(bytes: Buffer, start: number, end: number, entry: Entry): number;
  abstract afterLogged(entry: Entry): void;
  abstract changed(saved: Saved): void;
  protected abstract newStore(): StreamStore;
  protected abstract dropStore(stream: StreamHost): void;

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
    this.dropStore(stream);
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
