import {
  type ConsumerBackup,
  type ConsumerConfig,
  checkConsumerConfig,
  parseTime,
  Stream,
  type StreamConfig,
  type StreamEffects,
  type StreamState,
} from '@skein/jetstream-core';
import { S2Reader } from '@skein/s2';
import type { StreamStore } from '@skein/storage';
import { RESTORED_CONSUMER, type RestoredConsumer, type StreamHost } from '../hosted-stream.ts';
import type { Shard } from '../shard.ts';
import { diskNearlyFull, storeUnavailable } from '../store-errors.ts';
import { type ArchiveEntry, ArchiveError, ArchiveReader } from './archive.ts';
import { CONSUMER_PREFIX, STATE_NAME } from './stream-archive.ts';

/** So long other work waits. */
const SLICE_MS = 5;

interface BackedUpConsumer {
  config: ConsumerConfig;
  state: ConsumerBackup;
  /** What this server adds. */
  skein?: { lasts_end?: number };
}

const nobody: StreamEffects = { stored() {}, removed() {}, purged() {}, republish() {} };
const unwanted = { isWanted: () => false };

/** A backup on its way into a shard. Nobody sees the stream before all of it is there. */
export class Restoration {
  readonly #shard: Shard;
  readonly #store: StreamStore;
  readonly #stream: Stream;
  readonly #s2 = new S2Reader();
  readonly #archive = new ArchiveReader();
  #consumers = 0;
  #state: StreamState | undefined;
  #sliceEnd = 0;

  /** @param config as `checkStreamConfig` gave it */
  constructor(shard: Shard, config: StreamConfig) {
    this.#shard = shard;
    this.#store = shard.beginRestore();
    this.#stream = Stream.create(this.#store, config, nobody, unwanted);
  }

  get config(): StreamConfig {
    return this.#stream.config;
  }

  /**
   * The next bytes of the backup. Resolves when there is room for more.
   *
   * @throws S2Error, ArchiveError, RangeError, ApiError: it is to be abandoned
   */
  async push(bytes: Buffer): Promise<void> {
    for (const text of this.#s2.push(bytes)) {
      for (const entry of this.#archive.push(text)) this.#add(entry);
      if (performance.now() > this.#sliceEnd) await this.#breathe();
      if (!this.#shard.isRestoring(this.#store)) throw storeUnavailable();
      if (this.#shard.isShortOfSpace) throw diskNearlyFull();
    }
    this.#stream.save();
    await this.#shard.room();
  }

  /** @throws as `push`; ArchiveError when it is not whole */
  async finish(account: string): Promise<StreamHost> {
    this.#s2.end();
    if (!this.#archive.ended) throw new ArchiveError('the backup is not whole');
    if (!this.#shard.isRestoring(this.#store)) throw storeUnavailable();
    const { last_seq = 0, last_ts = '' } = this.#state ?? {};
    const { seconds, nanos } = parseTime(last_ts) ?? { seconds: 0, nanos: 0 };
    this.#stream.restoreEnd(last_seq, seconds, nanos);
    this.#stream.save();
    return this.#shard.restored(account, this.#store);
  }

  abandon(): void {
    this.#shard.abandonRestore(this.#store);
  }

  #add(entry: ArchiveEntry): void {
    const { name, sequence } = entry;
    if (sequence > 0) this.#stream.restore({ ...entry, subject: name });
    else if (name === STATE_NAME) this.#state = JSON.parse(entry.content.toString('latin1')) as StreamState;
    else if (name.startsWith(CONSUMER_PREFIX)) this.#addConsumer(name.slice(CONSUMER_PREFIX.length), entry.content);
    else throw new ArchiveError(`unknown entry ${JSON.stringify(name)}`);
  }

  #addConsumer(name: string, content: Buffer): void {
    const { config: given, state, skein } = JSON.parse(content.toString('latin1')) as BackedUpConsumer;
    const { pause_until, ...config } = given;
    const isPaused = pause_until !== undefined && !pause_until.startsWith('0001-');
    const requested = isPaused ? given : config;
    const restored: RestoredConsumer = {
      config: checkConsumerConfig(requested, name, this.#stream.config),
      state,
      ...(skein?.lasts_end !== undefined && { lastsEnd: skein.lasts_end }),
    };
    this.#store.setValue(`${RESTORED_CONSUMER}${this.#consumers++}`, Buffer.from(JSON.stringify(restored)));
  }

  async #breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#sliceEnd = performance.now() + SLICE_MS;
  }
}
