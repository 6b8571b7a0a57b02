import { access, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkKeyring, KeyError, type Keyring, type NodeKeys, openKeyring } from '@skein/encryption';
import { type Files, type Findings, type Journal, openJournal } from '@skein/journal';
import {
  CUT_JOURNAL,
  checksum,
  harmedTables,
  ShardError,
  ShardStore,
  type ShardStoreOptions,
  type StreamImage,
  type StreamStore,
} from '@skein/storage';
import type { Appointment } from './agenda.ts';
import type { DiskSpace } from './disk-space.ts';
import type { Entry, Saved, Surroundings } from './host.ts';
import { StreamHost } from './hosted-stream.ts';
import { LightLoad } from './light-load.ts';
import { countFrom, firstHole, type Hole, inWords } from './lost-records.ts';
import type { Meters } from './meters.ts';
import { OpeningNote } from './opening-note.ts';
import { RecordKind, readJson, readRecord, type StreamRestored } from './record.ts';
import { RESTORING, Shard } from './shard.ts';
import { storeUnavailable } from './store-errors.ts';
import { applyEntry, WaitingEntries } from './waiting-entries.ts';

/** As nats-server 2.15.2 counts what a message takes in a file. */
const COUNTED = { overheadBytes: 30, headerOverheadBytes: 4 } as const;
const REPLAY_BYTES = 4 * 1024 * 1024;
/** What is on its way to the disk or waits to be applied. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024;
const FLUSH_BYTES = 8 * 1024 * 1024;
/** With so much in memory alone nothing more is applied until a flush is through. */
const DIRTY_BYTES_MAX = 3 * FLUSH_BYTES;
/** What changed is in LevelDB after so long, so that a restart has little to apply. */
const FLUSH_MS = 10_000;
/** Between two looks whether there is time to write it sooner. */
const LOOK_MS = 500;
const REOPEN_MS = 1000;
const REOPEN_MS_MAX = 16_000;
/** Between two slices of records that are encrypted anew: 2 MiB or less each. */
const RENEW_MS = 20;

export interface FileShardOptions {
  readonly directory: string;
  readonly meters: Meters;
  /** 0: before anything is acknowledged. */
  readonly syncIntervalMs: number;
  readonly space: Pick<DiskSpace, 'isShort' | 'spent'>;
  /** Undefined: nothing is encrypted. */
  readonly keys: NodeKeys | undefined;
  /** Default: the machine's. */
  readonly files?: Files;
  readonly openDatabase?: ShardStoreOptions['open'];
  /** Its streams are here, those of an earlier opening are not any more. */
  opened(shard: FileShard): void;
}

/** What a shard holds at the moment. */
export interface ShardLoad {
  readonly waitingRecords: number;
  readonly waitingBytes: number;
  readonly dirtyBytes: number;
  readonly cacheBytes: number;
}

/** So much has to be gone, or half, before the disk is given back what was removed. */
const RECLAIMED_BYTES = 16 << 20;

/** A shard on disk: journal in front, LevelDB behind. When either fails, both are opened anew from what the disk has. */
export class FileShard extends Shard {
  readonly #options: FileShardOptions;
  readonly #waiting = new WaitingEntries();
  readonly #dirty = new Set<Saved>();
  readonly #flushDue: Appointment;
  readonly #lookDue: Appointment;
  readonly #lightLoad = new LightLoad();
  readonly #note: OpeningNote;
  #journal: Journal | undefined;
  #store!: ShardStore;
  #applied = 0;
  #durable = 0;
  #flushing: Promise<void> | undefined;
  #isFlushWanted = false;
  #isReclaiming = false;
  /** When it was last reclaimed, or the most since. */
  #bytesKept: number | undefined;
  #isClosed = false;
  #opening: Promise<void> | undefined;
  #leaving: Promise<void> | undefined;
  isReplaying = true;
  /** Why it does not serve; undefined: it does. */
  fault: Error | undefined;
  /** What is lost or cannot be read, in words. */
  readonly damage: string[] = [];
  #failures = 0;

  constructor(surroundings: Surroundings, options: FileShardOptions) {
    super(surroundings);
    this.#options = options;
    this.#note = new OpeningNote(options.directory);
    this.#flushDue = { dueAt: Number.POSITIVE_INFINITY, due: () => void this.flush() };
    this.#lookDue = { dueAt: Number.POSITIVE_INFINITY, due: () => this.#lookAtLoad() };
  }

  /** What is in memory alone: records on their way to the journal, what LevelDB does not have yet; what it decoded. */
  get load(): ShardLoad {
    const { size, bytes } = this.#waiting;
    const store = this.#store as ShardStore | undefined;
    const isOpen = this.fault === undefined && store !== undefined;
    return {
      waitingRecords: size,
      waitingBytes: bytes,
      dirtyBytes: isOpen ? store.dirtyBytes : 0,
      cacheBytes: isOpen ? store.cacheBytes : 0,
    };
  }

  get isFull(): boolean {
    return this.#waiting.bytes > WAITING_BYTES_MAX;
  }

  get isShortOfSpace(): boolean {
    return this.#options.space.isShort;
  }

  /** It is encrypted, and not with the configuration's key. */
  get isLocked(): boolean {
    return this.fault instanceof KeyError;
  }

  /** Serves what is there; what keeps it from that is said, and tried again. */
  start(): Promise<void> {
    this.#opening = this.#tryToOpen();
    return this.#opening;
  }

  async #tryToOpen(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      const said = this.fault?.message;
      this.fault = error as Error;
      if (this.isLocked) {
        this.logger.warn(`  Error decrypting our stream metafile: ${this.fault.message}`);
        return;
      }
      if (this.fault.message !== said)
        this.logger.error(`JetStream storage in ${this.#options.directory}: ${this.fault.message}`);
      this.#reopenLater();
    }
  }

  async #open(): Promise<void> {
    const { directory, files, syncIntervalMs, keys, openDatabase, meters } = this.#options;
    const begun = performance.now();
    this.isReplaying = true;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    // Before anything is opened, as opening writes.
    await checkKeyring(directory, keys);
    if (await this.#note.begin()) await this.#checkTables();
    let keyring: Keyring | undefined;
    const opened = ShardStore.open(join(directory, 'level'), {
      ...COUNTED,
      flushBytes: FLUSH_BYTES,
      // Not in the middle of an operation: half of it would be on disk, and all of it applied again.
      onFlushWanted: () => queueMicrotask(() => void this.flush()),
      openSeal: async (hasData) => {
        if (keys === undefined) return checksum;
        keyring = await openKeyring({ directory, keys, hasData, openClear: checksum.open });
        return keyring.seal;
      },
      ...(openDatabase && { open: openDatabase }),
    });
    this.#store = await opened.catch(async (error) => {
      await this.#note.takenBack();
      throw error;
    });
    try {
      const { journal, findings } = await openJournal({
        directory: join(directory, 'journal'),
        syncIntervalMs,
        ...(files && { files }),
        cipher: keyring?.journal,
        onDurable: (number) => this.#onDurable(number),
        onFailed: (error) => this.#fail(error),
        onSynced: (seconds) => this.#options.meters.sync.observe(seconds),
        defer: this.turn.defer,
      });
      this.#journal = journal;
      await this.#load(journal, findings.damage);
    } catch (error) {
      await this.#letGo();
      throw error;
    }
    this.fault = undefined;
    meters.opening.observe((performance.now() - begun) / 1000);
    this.#failures = 0;
    this.isReplaying = false;
    // Before anybody sees them. Where that fails the shard does, and is opened anew.
    await Promise.allSettled([...this.streams.values()].map((stream) => stream.endFormerConsumers()));
    if (this.fault !== undefined) return;
    for (const stream of this.streams.values()) stream.begin();
    this.#options.opened(this);
    if (keyring?.stale) void this.#encrypt(keyring, this.#store);
  }

  /** LevelDB does not look whether its tables are as it wrote them, and ends the process with some that are not. */
  async #checkTables(): Promise<void> {
    const { directory } = this.#options;
    this.logger.warn(
      `JetStream storage in ${directory}: checking its tables, as the store ended twice without closing them`,
    );
    const harmed = await harmedTables(join(directory, 'level'));
    if (harmed.length > 0) throw new ShardError('DAMAGED', `${directory}: ${harmed.join(', ')}`);
    await this.#note.checked();
  }

  append(bytes: Buffer, start: number, end: number, entry: Entry): number {
    if (this.fault !== undefined || this.isFull) return 0;
    const number = this.#journal?.append(bytes, start, end) ?? 0;
    if (number > 0) this.#waiting.push(entry, number, end - start);
    this.#options.space.spent(end - start);
    return number;
  }

  get isBehind(): boolean {
    return this.#waiting.size > 0;
  }

  afterLogged(entry: Entry): void {
    if (this.#waiting.size === 0) applyEntry(entry, this.#applied);
    else this.#waiting.push(entry, (this.#journal as Journal).last, 0);
  }

  changed(saved: Saved): void {
    if (this.#dirty.has(saved)) return;
    this.#dirty.add(saved);
    if (this.#flushDue.dueAt === Number.POSITIVE_INFINITY && !this.isReplaying) this.#planFlush();
  }

  /** Everything applied goes to LevelDB, and the journal lets go of it. Resolves when that is done, or has failed. */
  flush(): Promise<void> {
    if (this.fault !== undefined || this.isReplaying || this.#isClosed) return Promise.resolve();
    this.#isFlushWanted = true;
    this.#flushing ??= this.#flushAll().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #flushAll(): Promise<void> {
    try {
      while (this.#isFlushWanted && this.fault === undefined) await this.#flushOnce();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** As everything that was applied so far has left it. */
  image(stream: StreamHost): Promise<StreamImage> {
    if (this.fault !== undefined) return Promise.reject(storeUnavailable());
    const image = this.#store.image(this.numberOf(stream.store));
    void this.flush();
    return image;
  }

  /** Gives the disk back what was removed since the last time. */
  async reclaim(): Promise<void> {
    if (this.fault !== undefined || this.isReplaying || this.#isReclaiming) return;
    this.#isReclaiming = true;
    const store = this.#store;
    try {
      if (!(await this.#hasLess())) return;
      await this.flush();
      await store.reclaim();
    } catch (error) {
      // Not that of one that was opened anew meanwhile.
      if (store === this.#store) this.#fail(error as Error);
    } finally {
      this.#isReclaiming = false;
    }
  }

  /** Of what was kept when it was looked last, enough is gone: what is kept is written anew, on a disk that is nearly full. */
  async #hasLess(): Promise<boolean> {
    const before = this.#bytesKept;
    const kept = this.#countBytes();
    // What an earlier life has removed may still be there: half of all at least.
    const most =
      before === undefined
        ? (await bytesIn(join(this.#options.directory, 'level'))) / 2
        : before - Math.min(RECLAIMED_BYTES, before / 2);
    const hasLess = kept < most;
    if (before === undefined || hasLess || kept > before) this.#bytesKept = kept;
    return hasLess;
  }

  #countBytes(): number {
    let bytes = 0;
    for (const { store } of this.streams.values()) bytes += store.bytes;
    return bytes;
  }

  async room(): Promise<void> {
    if (this.#store.dirtyBytes <= FLUSH_BYTES) return;
    this.#options.space.spent(this.#store.dirtyBytes);
    await this.kept();
  }

  async kept(): Promise<void> {
    await this.flush();
    if (this.fault !== undefined) throw storeUnavailable();
  }

  async close(): Promise<void> {
    // What it opens would stay open.
    await this.#opening;
    this.agenda.plan(this.#flushDue, Number.POSITIVE_INFINITY);
    this.agenda.plan(this.#lookDue, Number.POSITIVE_INFINITY);
    try {
      await this.#journal?.flush();
      await this.flush();
    } finally {
      // Whatever does not work any more: the next life needs its locks.
      this.#isClosed = true;
      await this.#letGo();
    }
  }

  protected newStore(): StreamStore {
    return this.#store.create();
  }

  protected numberOf(store: StreamStore): number {
    return (store as ReturnType<ShardStore['create']>).id;
  }

  protected dropStore(store: StreamStore): void {
    this.#store.drop(this.numberOf(store));
    this.#planFlush();
  }

  /** What is clear, or was encrypted otherwise. Where it stops, the next opening goes on. */
  async #encrypt(keyring: Keyring, store: ShardStore): Promise<void> {
    const pause = (): Promise<void> =>
      new Promise((resolve) => {
        const slice = { dueAt: Number.POSITIVE_INFINITY, due: () => resolve() };
        this.agenda.plan(slice, this.clock.tick() + RENEW_MS);
      });
    try {
      if (await store.renew((sealed) => keyring.seal.isStale(sealed), pause)) await keyring.renewed();
    } catch (error) {
      if (store === this.#store) this.#fail(error as Error);
    }
  }

  async #load(journal: Journal, damage: Findings['damage']): Promise<void> {
    this.streams.clear();
    this.restoring.clear();
    this.#dirty.clear();
    for (const damaged of this.#store.damaged) this.#damaged(damaged.message);
    for await (const store of this.#store.withValues()) {
      if (store.value(RESTORING) !== undefined) this.restoring.set(store.id, store);
      else this.#loadStream(store);
    }
    this.#applied = this.#store.applied;
    // A journal that is older than what LevelDB has gives no number twice.
    if (journal.last < this.#applied) journal.cut(this.#applied);
    const hole = firstHole(journal, damage, this.#applied);
    const sayGivenUp = hole && (await this.#cutAt(journal, hole));
    for (const { from, to, segment } of damage) {
      if (to > this.#applied) continue;
      const what = `records ${from} to ${to} of the journal (segment ${segment})`;
      this.logger.warn(
        `JetStream storage in ${this.#options.directory}: ${what} are damaged, and the database has them`,
      );
    }
    await this.#replay(journal);
    sayGivenUp?.();
    // Backups that never became whole.
    for (const store of [...this.restoring.values()]) this.abandonRestore(store);
    this.#durable = this.#applied;
  }

  /**
   * Cuts off what is behind a hole, where somebody has said that it may go: `skein repair --cut-journal`.
   *
   * @returns says what that was, once it is known what there is
   * @throws ShardError
   */
  async #cutAt(journal: Journal, { from, to, what }: Hole): Promise<() => void> {
    const { directory } = this.#options;
    const leave = join(directory, CUT_JOURNAL);
    const isAllowed = await access(leave).then(
      () => true,
      () => false,
    );
    if (!isAllowed) throw new ShardError('DAMAGED', what);
    const behind = await countFrom(journal, to + 1);
    journal.cut(from - 1);
    await journal.flush();
    // For this hole, and for no other.
    await rm(leave);
    return () => {
      const words = inWords(behind, (number) => {
        const stream = this.streams.get(number);
        return stream && `${stream.account} > ${stream.name}`;
      });
      this.logger.error(`JetStream storage in ${directory}: ${what}; given up behind them, as was asked for: ${words}`);
    };
  }

  /** One that cannot be read is left as it is: the others are not to suffer for it. */
  #loadStream(store: StreamStore & { readonly id: number }): void {
    try {
      const stream = StreamHost.load(this, store);
      this.streams.set(stream.number, stream);
    } catch (error) {
      const name = StreamHost.nameOf(store);
      this.#damaged(
        `${name === undefined ? `stream ${store.id}` : `stream '${name.account} > ${name.name}'`} cannot be read: ${(error as Error).message}`,
      );
    }
  }

  async #replay(journal: Journal): Promise<void> {
    const { last } = journal;
    for (let next = Math.max(this.#applied + 1, journal.first); next <= last; ) {
      const entries = await journal.read(next, REPLAY_BYTES);
      if (entries.length === 0) break;
      for (const { number, content } of entries) {
        if (number !== next)
          throw new ShardError('DAMAGED', `records ${next} to ${number - 1} of the journal are lost`);
        this.#replayRecord(number, content);
        this.#applied = number;
        next = number + 1;
      }
      if (this.#store.dirtyBytes > FLUSH_BYTES) await this.#writeDirty();
    }
    this.#applied = Math.max(this.#applied, last);
  }

  #replayRecord(number: number, content: Buffer): void {
    const read = readRecord(content);
    if (read.kind === RecordKind.StreamCreated) {
      this.applyCreated(number, readJson(read.content));
      return;
    }
    if (read.kind === RecordKind.StreamRestored) {
      this.#replayRestored(number, readJson(read.content));
      return;
    }
    const stream = this.streams.get(read.stream);
    if (stream === undefined || stream.isVoid) return;
    if (read.kind === RecordKind.StreamDeleted) {
      this.applyDeleted(read.stream);
      return;
    }
    try {
      stream.replay(number, read);
    } catch (error) {
      stream.quarantine(error as Error);
    }
  }

  #replayRestored(number: number, value: StreamRestored): void {
    try {
      this.applyRestored(number, value);
    } catch (error) {
      this.#damaged((error as Error).message);
    }
  }

  #onDurable(number: number): void {
    this.#durable = number;
    this.#apply();
  }

  #apply(): void {
    const waiting = this.#waiting;
    const wasFull = this.isFull;
    while (waiting.number <= this.#durable) {
      if (this.#flushing !== undefined && this.#store.dirtyBytes > DIRTY_BYTES_MAX) break;
      const { number } = waiting;
      const entry = waiting.shift();
      applyEntry(entry, number);
      this.#applied = number;
    }
    if (wasFull && !this.isFull) this.turn.release();
    this.turn.end();
  }

  #planFlush(): void {
    this.agenda.plan(this.#flushDue, this.clock.tick() + FLUSH_MS);
    this.#planLook();
  }

  #planLook(): void {
    if (this.#lookDue.dueAt === Number.POSITIVE_INFINITY) this.agenda.plan(this.#lookDue, this.clock.millis + LOOK_MS);
  }

  /** A store that is killed after a burst is to have little of it to apply again. */
  #lookAtLoad(): void {
    if (this.fault !== undefined || this.isReplaying || this.#isClosed) return;
    if (this.#lightLoad.look(this.#store.dirtyBytes)) void this.flush();
    // As long as something waits to be written.
    else if (this.#flushDue.dueAt !== Number.POSITIVE_INFINITY) this.#planLook();
  }

  async #flushOnce(): Promise<void> {
    this.#isFlushWanted = false;
    await this.#writeDirty();
    // Nobody waits for it, and a restart applies what is still there again.
    await this.#journal?.truncateBefore(this.#store.applied + 1);
    // What could not be applied meanwhile.
    this.#apply();
  }

  async #writeDirty(): Promise<void> {
    const begun = performance.now();
    for (const saved of this.#dirty) saved.save();
    this.#dirty.clear();
    await this.#store.flush(this.#applied);
    this.#options.meters.flush.observe((performance.now() - begun) / 1000);
  }

  /** Nobody is told of anything that is not on disk: what was on its way is answered as not done, and all begins anew from the disk. */
  #fail(error: Error): void {
    if (this.fault !== undefined || this.#isClosed) return;
    this.fault = error;
    this.#options.meters.failures++;
    this.logger.error(`JetStream storage in ${this.#options.directory} failed, opening it anew: ${error.message}`);
    while (this.#waiting.size > 0) this.#waiting.shift().fail();
    for (const stream of this.streams.values()) stream.close('Server Shutdown');
    this.restoring.clear();
    this.agenda.plan(this.#flushDue, Number.POSITIVE_INFINITY);
    void this.#letGo().then(() => this.#reopenLater());
  }

  #reopenLater(): void {
    if (this.#isClosed) return;
    const reopen = { dueAt: Number.POSITIVE_INFINITY, due: () => void this.#reopen() };
    // At once. What is damaged stays so until somebody repairs it; a disk that is of no use is asked again now and then, ever more rarely.
    if (this.#failures > 0 && this.fault instanceof ShardError && this.fault.code === 'DAMAGED') return;
    const pause = this.#failures === 0 ? 0 : Math.min(REOPEN_MS * 2 ** (this.#failures - 1), REOPEN_MS_MAX);
    this.#failures++;
    this.agenda.plan(reopen, this.clock.tick() + pause);
  }

  async #reopen(): Promise<void> {
    if (this.#isClosed) return;
    this.damage.length = 0;
    await this.start();
    if (this.fault === undefined) this.logger.warn(`JetStream storage in ${this.#options.directory} is served again`);
  }

  /** Resolves when locks and files are free, whoever asked for it first. */
  #letGo(): Promise<void> {
    this.#leaving ??= this.#closeAll().finally(() => {
      this.#leaving = undefined;
    });
    return this.#leaving;
  }

  async #closeAll(): Promise<void> {
    const journal = this.#journal;
    this.#journal = undefined;
    await journal?.close().catch(() => {});
    const store = this.#store as ShardStore | undefined;
    await store?.close().catch(() => {});
    if (store !== undefined) await this.#note.ended();
  }

  #damaged(what: string): void {
    this.damage.push(what);
    this.logger.error(`JetStream storage in ${this.#options.directory}: ${what}`);
  }
}

/** Of the files in a directory, and in those in it. Those that go meanwhile do not count. */
async function bytesIn(directory: string): Promise<number> {
  const names = await readdir(directory, { recursive: true });
  const sizes = names.map((name) =>
    stat(join(directory, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
