import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Batch } from './batch.ts';
import type { JournalCipher, SegmentCipher } from './cipher.ts';
import type { Files, JournalFile } from './files.ts';
import { nodeFiles } from './node-files.ts';
import {
  adoptKind,
  copyKind,
  cutKind,
  entryKind,
  markKind,
  type RecordView,
  readHeader,
  readRecord,
  recordBytes,
  recordView,
  seal,
  writeHeader,
} from './record.ts';
import { placeOf, type Run, type RunIndex } from './run-index.ts';
import { type Findings, Scan } from './scan.ts';
import { bytesOf, eachRecord, type Part, partsOf, sealBatch } from './sealed.ts';
import {
  firstOrdinal,
  JournalFormatError,
  journalIdBytes,
  readSegmentHeader,
  segmentHeaderBytes,
  segmentName,
  segmentOrdinal,
  segmentSeed,
  writeSegmentHeader,
} from './segment-header.ts';

export interface JournalOptions {
  directory: string;
  /** Default: the machine's. */
  files?: Files;
  /** Default: nothing is encrypted. */
  cipher?: JournalCipher;
  /** A segment is as long as this, or as one batch that is longer. Default: 16 MiB. */
  segmentBytes?: number;
  /** Appended and not yet written; beyond that `append` takes nothing. Default: 64 MiB. */
  pendingBytesMax?: number;
  /**
   * 0 (default): `onDurable` tells of what is on disk. Else it tells of what is written, and the disk follows within this
   * many milliseconds.
   */
  syncIntervalMs?: number;
  /** Everything up to this number has arrived (see `syncIntervalMs`). Rises; told once a batch. */
  onDurable(number: number): void;
  /**
   * A write or sync failed: nothing that was not told of as durable counts, and nothing more is taken. Close this journal and
   * open it again, which reads what is really there. Once.
   */
  onFailed(error: Error): void;
  /** Told after each sync how many seconds it took. */
  onSynced?(seconds: number): void;
  /** Runs a function at the end of this turn, so that a turn's records go down together. Default: setImmediate. */
  defer?(fn: () => void): void;
  /** Default: setTimeout. */
  setTimer?(ms: number, fn: () => void): () => void;
}

export interface Entry {
  number: number;
  content: Buffer;
}

/** Reading came upon bytes that were good when the journal was opened, and are so no more. */
export class JournalDamageError extends Error {
  override name = 'JournalDamageError';
  readonly number: number;

  constructor(number: number, segment: number) {
    super(`record ${number} in ${segmentName(segment)} cannot be read`);
    this.number = number;
  }
}

const SEGMENT_BYTES = 16 * 1024 * 1024;
const PENDING_BYTES_MAX = 64 * 1024 * 1024;
/** Zeros are written this far ahead of small batches: a sync then has no new blocks to note, which halves its time. */
const AHEAD_BYTES = 1024 * 1024;
/** A larger batch carries the cost of its new blocks by itself. */
const SMALL_BATCH_BYTES = 64 * 1024;
const READ_BYTES = 256 * 1024;
/** Of entries to be proven, at a time. */
const PROVED_BYTES = 4 * 1024 * 1024;

/**
 * Opens the journal of a directory, which the caller has locked. What is not proven to be on disk is written once more (a
 * failed sync leaves pages in memory that look written), so that what is read from here on is there to stay; a torn end is
 * cut off. Damage is for the caller to judge.
 *
 * @throws JournalFormatError for segments of another version, or without any whole header; the file system's errors
 */
export async function openJournal(options: JournalOptions): Promise<{ journal: Journal; findings: Findings }> {
  const files = options.files ?? nodeFiles();
  const segments = await readSegments(files, options.directory);
  const id = journalIdOf(segments, options.directory);
  const scan = new Scan(options.cipher);
  for (const { ordinal, path } of segments) {
    const file = await files.open(path);
    try {
      scan.segment(ordinal, await file.read(0, await file.size()), segmentSeed(ordinal, id));
    } finally {
      await file.close();
    }
  }
  const findings = scan.finish();
  const ordinals = segments.map(({ ordinal }) => ordinal);
  const journal = new Journal(options, { files, id, ordinals, index: scan.index, findings });
  await journal.prove();
  return { journal, findings };
}

interface SegmentFile {
  ordinal: number;
  path: string;
  journalId: Buffer | undefined;
  /** Something was written to it. */
  used: boolean;
}

async function readSegments(files: Files, directory: string): Promise<SegmentFile[]> {
  const segments: SegmentFile[] = [];
  for (const name of await files.list(directory)) {
    const ordinal = segmentOrdinal(name);
    if (ordinal === undefined) continue;
    const path = join(directory, name);
    const file = await files.open(path);
    try {
      const header = await file.read(0, segmentHeaderBytes);
      const used = header.some((byte) => byte !== 0);
      segments.push({ ordinal, path, journalId: readSegmentHeader(header, ordinal), used });
    } finally {
      await file.close();
    }
  }
  return segments.sort((a, b) => a.ordinal - b.ordinal);
}

function journalIdOf(segments: SegmentFile[], directory: string): Buffer {
  for (const { journalId } of segments) if (journalId !== undefined) return journalId;
  if (segments.some(({ used }) => used)) {
    throw new JournalFormatError(`no segment in ${directory} has a header that can be read`);
  }
  return randomBytes(journalIdBytes);
}

interface Found {
  files: Files;
  id: Buffer;
  ordinals: number[];
  index: RunIndex;
  findings: Findings;
}

/** The segment that is written to. */
interface Current {
  ordinal: number;
  file: JournalFile;
  seed: number;
  cipher: SegmentCipher | undefined;
  /** Where the next batch goes. */
  end: number;
  /** The file has its length and blocks up to here. */
  ready: number;
}

/**
 * A numbered, append-only log in segments: one write and one sync for all that came while the last was under way. One batch
 * is in flight at a time. A segment that failed is never written to again.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #files: Files;
  readonly #cipher: JournalCipher | undefined;
  readonly #id: Buffer;
  readonly #segmentBytes: number;
  readonly #pendingBytesMax: number;
  readonly #syncIntervalMs: number;
  readonly #defer: (fn: () => void) => void;
  readonly #setTimer: (ms: number, fn: () => void) => () => void;
  readonly #index: RunIndex;
  #ordinals: number[];
  #current: Current | undefined;
  /** Nothing was written since it was opened: what comes first says that what lies behind `last` is void. */
  #fresh = true;
  #filling = new Batch();
  #writing = new Batch();
  #busy: Promise<void> | undefined;
  #committing = false;
  #planned = false;
  #state: 'open' | 'failed' | 'closed' = 'open';
  #last: number;
  #written: number;
  #synced: number;
  #syncDue = false;
  #cancelSync: (() => void) | undefined;
  #failure: Error | undefined;
  /** Whoever opens it does not hear of what opening does. */
  #opened = false;

  constructor(options: JournalOptions, { files, id, ordinals, index, findings }: Found) {
    this.#options = options;
    this.#files = files;
    this.#cipher = options.cipher;
    this.#id = id;
    this.#ordinals = ordinals;
    this.#index = index;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    this.#pendingBytesMax = options.pendingBytesMax ?? PENDING_BYTES_MAX;
    this.#syncIntervalMs = options.syncIntervalMs ?? 0;
    this.#defer = options.defer ?? ((fn) => void setImmediate(fn));
    this.#setTimer = options.setTimer ?? systemTimer;
    this.#last = findings.last;
    this.#written = findings.last;
    this.#synced = findings.proven;
  }

  /** The first number that can be read; above `written`: none. */
  get first(): number {
    return this.#index.first ?? this.#written + 1;
  }

  /** The newest number given. */
  get last(): number {
    return this.#last;
  }

  /** Readable up to here. */
  get written(): number {
    return this.#written;
  }

  /** On disk up to here. */
  get synced(): number {
    return this.#synced;
  }

  /** Bytes appended and not yet written. */
  get pendingBytes(): number {
    return this.#filling.bytes + this.#writing.bytes;
  }

  get failed(): boolean {
    return this.#state === 'failed';
  }

  get segments(): number {
    return this.#ordinals.length;
  }

  /** Copies the content into the next batch. Its number; 0 when it is not taken: too much is pending, or not open. */
  append(content: Uint8Array, start = 0, end = content.length): number {
    if (this.#state !== 'open' || this.pendingBytes + recordBytes(end - start) > this.#pendingBytesMax) return 0;
    this.#begin();
    this.#last++;
    this.#filling.append(content, start, end, this.#last, entryKind);
    this.#plan();
    return this.#last;
  }

  /** Takes back everything after a number (a Raft follower's entries that conflict, §5.3). The next append follows it. */
  cut(number: number): void {
    if (this.#state !== 'open') return;
    this.#begin();
    this.#filling.appendBound(number, cutKind, number);
    this.#last = number;
    this.#plan();
  }

  /**
   * Written entries from a number on, in order, at least one if it is there; ends when so many bytes have come, and where
   * numbers are missing.
   *
   * @throws JournalDamageError
   */
  async read(from: number, bytesMax: number): Promise<Entry[]> {
    return this.#read(this.#index.runs, from, bytesMax);
  }

  /** Deletes segments that hold nothing from this number on. The newest stays. */
  async truncateBefore(number: number): Promise<void> {
    const { runs } = this.#index;
    const needed = runs.find(({ last }) => last >= number)?.segment ?? Number.POSITIVE_INFINITY;
    // A segment may be needed for what is on its way alone, and the newest says where numbers go on.
    const kept = Math.min(needed, this.#ordinals[this.#ordinals.length - 1]);
    const gone = this.#ordinals.filter((ordinal) => ordinal < kept);
    this.#ordinals = this.#ordinals.filter((ordinal) => ordinal >= kept);
    this.#index.dropSegmentsBefore(kept);
    for (const ordinal of gone) await this.#files.remove(this.#path(ordinal));
  }

  /** Resolves when everything appended has been written and synced, or has failed. */
  async flush(): Promise<void> {
    while (this.#state === 'open' && (this.#busy !== undefined || !this.#filling.empty)) await this.#commit();
    if (this.#synced === this.#written) return;
    this.#syncDue = true;
    await this.#commit();
  }

  /** Flushes what it can, and lets go of the files. */
  async close(): Promise<void> {
    await this.flush();
    this.#state = this.#state === 'failed' ? 'failed' : 'closed';
    this.#cancelSync?.();
    await this.#busy;
    await this.#current?.file.close();
    this.#current = undefined;
  }

  /** Writes what is not known to be on disk once more. Part of opening. */
  async prove(): Promise<void> {
    await this.#copyUnproven();
    this.#opened = true;
  }

  async #copyUnproven(): Promise<void> {
    const last = this.#last;
    const proven = this.#synced;
    if (last <= proven) return;
    const runs = structuredClone(this.#index.runs);
    this.#last = proven;
    for (let next = proven + 1; next <= last; ) {
      for (const { number, content } of await this.#read(runs, next, PROVED_BYTES)) {
        this.#filling.append(content, 0, content.length, number, copyKind);
        next = number + 1;
      }
      // Until this is on disk as well, the entries themselves count.
      if (next > last) this.#filling.appendBound(last, adoptKind, last);
      this.#fresh = false;
      await this.#commit();
      this.#throwFailure();
    }
    this.#last = last;
    await this.flush();
    this.#throwFailure();
  }

  #begin(): void {
    if (!this.#fresh) return;
    this.#fresh = false;
    this.#filling.appendBound(this.#last, cutKind, this.#last);
  }

  #plan(): void {
    if (this.#planned || this.#busy !== undefined) return;
    this.#planned = true;
    this.#defer(() => {
      this.#planned = false;
      if (this.#busy === undefined) void this.#commit();
    });
  }

  #commit(): Promise<void> {
    if (this.#busy !== undefined) return this.#busy;
    const committed = this.#commitAll();
    if (this.#committing) this.#busy = committed;
    return committed;
  }

  async #commitAll(): Promise<void> {
    this.#committing = true;
    try {
      while (this.#state === 'open' && (!this.#filling.empty || this.#syncDue)) {
        if (this.#filling.empty) await this.#sync();
        else await this.#writeBatch();
      }
    } catch (error) {
      this.#fail(error as Error);
    }
    // At once: what is appended before whoever waits goes on would be left behind.
    this.#committing = false;
    this.#busy = undefined;
  }

  async #writeBatch(): Promise<void> {
    const batch = this.#filling;
    this.#filling = this.#writing;
    this.#writing = batch;
    const { buffer, last } = batch;
    const parts = this.#cipher && partsOf(buffer, this.#cipher.overheadBytes);
    const length = parts === undefined ? buffer.length : bytesOf(parts);
    const current = await this.#currentFor(length);
    const { seed, cipher, end } = current;
    writeHeader(buffer, 0, 0, this.#synced, markKind);
    seal(buffer, 0, buffer.length, seed);
    const written = parts && cipher ? sealBatch(buffer, parts, cipher, end, seed) : buffer;
    await this.#makeReady(current, length);
    await current.file.write(written, end);
    this.#note(buffer, parts, current);
    current.end += length;
    this.#written = last;
    this.#synced = Math.min(this.#synced, last);
    batch.clear();
    if (this.#syncIntervalMs === 0) await this.#sync();
    else this.#cancelSync ??= this.#setTimer(this.#syncIntervalMs, () => this.#syncSoon());
    if (this.#opened) this.#options.onDurable(last);
  }

  /** Enters what was written into the index. */
  #note(buffer: Buffer, parts: readonly Part[] | undefined, { ordinal, end }: Current): void {
    const view = recordView();
    let part = 0;
    for (let offset = 0; offset < buffer.length; offset = view.next) {
      readHeader(buffer, offset, view);
      if (parts !== undefined && offset >= parts[part].end) part++;
      const place = end + (parts === undefined ? offset : parts[part].place);
      if (view.kind === entryKind) this.#index.entry(view.number, ordinal, place);
      else if (view.kind === copyKind) this.#index.copy(view.number, ordinal, place);
      else if (view.kind === cutKind) this.#index.cut(view.number);
      else if (view.kind === adoptKind) this.#index.adopt(view.number);
    }
  }

  async #sync(): Promise<void> {
    this.#syncDue = false;
    this.#cancelSync?.();
    this.#cancelSync = undefined;
    const begun = performance.now();
    await this.#current?.file.datasync();
    this.#options.onSynced?.((performance.now() - begun) / 1000);
    this.#synced = this.#written;
  }

  #syncSoon(): void {
    this.#syncDue = true;
    void this.#commit();
  }

  async #currentFor(bytes: number): Promise<Current> {
    const current = this.#current;
    if (current !== undefined) {
      if (current.end + bytes <= this.#segmentBytes) return current;
      // A mark in the next segment would vouch for this one.
      await this.#sync();
      this.#current = undefined;
      await current.file.close();
    }
    const ordinal = (this.#ordinals[this.#ordinals.length - 1] ?? firstOrdinal - 1) + 1;
    const file = await this.#files.create(this.#path(ordinal));
    const seed = segmentSeed(ordinal, this.#id);
    const cipher = this.#cipher?.begin();
    this.#current = { ordinal, file, seed, cipher, end: segmentHeaderBytes, ready: segmentHeaderBytes };
    await file.write(writeSegmentHeader(ordinal, this.#id), 0);
    await this.#files.syncDirectory(this.#options.directory);
    this.#ordinals.push(ordinal);
    return this.#current;
  }

  async #makeReady(current: Current, bytes: number): Promise<void> {
    if (bytes > SMALL_BATCH_BYTES || current.end + bytes <= current.ready) return;
    const length = Math.min(AHEAD_BYTES, this.#segmentBytes - current.end);
    if (length < bytes) return;
    try {
      await current.file.write(Buffer.alloc(length), current.end);
      current.ready = current.end + length;
    } catch {
      // Too little room for being ready; there may be enough for the batch.
      current.ready = Number.POSITIVE_INFINITY;
    }
  }

  #fail(error: Error): void {
    this.#state = 'failed';
    this.#failure = error;
    this.#cancelSync?.();
    this.#filling.clear();
    this.#writing.clear();
    if (this.#opened) this.#options.onFailed(error);
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #path(ordinal: number): string {
    return join(this.#options.directory, segmentName(ordinal));
  }

  async #read(runs: readonly Run[], from: number, bytesMax: number): Promise<Entry[]> {
    const entries: Entry[] = [];
    let bytes = 0;
    let next = from;
    for (const run of runs) {
      if (run.last < next) continue;
      if (entries.length > 0 && run.first > next) break;
      for (const entry of await this.#readRun(run, Math.max(next, run.first), bytesMax - bytes)) {
        entries.push(entry);
        bytes += entry.content.length;
        next = entry.number + 1;
      }
      if (bytes >= bytesMax) break;
    }
    return entries;
  }

  async #readRun(run: Run, from: number, bytesMax: number): Promise<Entry[]> {
    const { segment, last } = run;
    const seed = segmentSeed(segment, this.#id);
    const file = await this.#files.open(this.#path(segment));
    const entries: Entry[] = [];
    const view = recordView();
    let bytes = 0;
    let done = false;
    const take = (chunk: Buffer, { kind, number, start, end }: RecordView): void => {
      if (done || (kind !== entryKind && kind !== copyKind) || number < from) return;
      entries.push({ number, content: chunk.subarray(start, end) });
      bytes += end - start;
      done = number >= last || bytes >= bytesMax;
    };
    try {
      let length = READ_BYTES;
      for (let position = placeOf(run, from); ; ) {
        const chunk = await file.read(position, length);
        let offset = 0;
        while (readRecord(chunk, offset, chunk.length, seed, view)) {
          const { next } = view;
          if (!eachRecord(chunk, view, position + offset, seed, this.#cipher, take)) break;
          if (done) return entries;
          offset = next;
        }
        position += offset;
        if (offset > 0) continue;
        // Longer than what was read, or bad.
        if (length > READ_BYTES) throw new JournalDamageError(from + entries.length, segment);
        length = Math.max(READ_BYTES + 1, (await file.size()) - position);
      }
    } finally {
      await file.close();
    }
  }
}

function systemTimer(ms: number, fn: () => void): () => void {
  const timer = setTimeout(fn, ms);
  return () => clearTimeout(timer);
}
