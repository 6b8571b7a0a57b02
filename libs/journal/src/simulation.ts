import type { Files, JournalFile } from './files.ts';

const SECTOR_BYTES = 512;

interface Write {
  position: number;
  bytes: Buffer;
}

interface Stored {
  /** What is on disk. */
  durable: Buffer;
  /** Written since the last sync, in order. */
  writes: Write[];
  /** The name is on disk. */
  named: boolean;
}

export type FileOperation = 'create' | 'open' | 'read' | 'write' | 'datasync' | 'syncDirectory' | 'remove';

/**
 * Files in memory whose power can be cut: each write that was not synced is then there, not there, or there in part, by
 * sectors; a new file's name may be gone with it.
 */
export class SimulatedFiles implements Files {
  readonly #files = new Map<string, Stored>();
  readonly #random: () => number;
  /** Rises with each power cut: what was opened before is of no use. */
  #era = 0;
  /** Rejects an operation by returning an error. */
  fault: ((operation: FileOperation, path: string) => Error | undefined) | undefined;
  /** Bytes that all files together may have; writing more is ENOSPC. */
  capacityBytes = Number.POSITIVE_INFINITY;

  /** @param random [0, 1); decides what a power cut leaves */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** The files as a process sees them that dies with the next power cut. */
  session(): Files {
    const era = this.#era;
    const alive = (): SimulatedFiles => {
      if (era !== this.#era) throw withCode('EBADF');
      return this;
    };
    return {
      list: async (directory) => alive().list(directory),
      create: async (path) => alive().create(path),
      open: async (path) => alive().open(path),
      remove: async (path) => alive().remove(path),
      syncDirectory: async (directory) => alive().syncDirectory(directory),
    };
  }

  async list(directory: string): Promise<string[]> {
    const names: string[] = [];
    for (const path of this.#files.keys()) {
      if (path.startsWith(`${directory}/`)) names.push(path.slice(directory.length + 1));
    }
    return names;
  }

  async create(path: string): Promise<JournalFile> {
    this.#check('create', path);
    this.#files.set(path, { durable: Buffer.alloc(0), writes: [], named: false });
    return this.open(path);
  }

  async open(path: string): Promise<JournalFile> {
    this.#check('open', path);
    const stored = this.#stored(path);
    const era = this.#era;
    const check = (operation: FileOperation): void => {
      if (era !== this.#era) throw withCode('EBADF');
      this.#check(operation, path);
    };
    return {
      size: async () => sizeOf(stored),
      read: async (position, length) => {
        check('read');
        return contentOf(stored).subarray(position, position + length);
      },
      write: async (bytes, position) => {
        check('write');
        const grown = Math.max(sizeOf(stored), position + bytes.length) - sizeOf(stored);
        if (this.usedBytes() + grown > this.capacityBytes) throw withCode('ENOSPC');
        stored.writes.push({ position, bytes: Buffer.from(bytes) });
      },
      datasync: async () => {
        check('datasync');
        stored.durable = contentOf(stored);
        stored.writes = [];
      },
      close: async () => {},
    };
  }

  async remove(path: string): Promise<void> {
    this.#check('remove', path);
    this.#stored(path);
    this.#files.delete(path);
  }

  async syncDirectory(directory: string): Promise<void> {
    this.#check('syncDirectory', directory);
    for (const [path, stored] of this.#files) if (path.startsWith(`${directory}/`)) stored.named = true;
  }

  paths(): string[] {
    return [...this.#files.keys()].sort();
  }

  usedBytes(): number {
    let bytes = 0;
    for (const stored of this.#files.values()) bytes += sizeOf(stored);
    return bytes;
  }

  /** Turns one bit over, on disk and in memory. */
  flipBit(path: string, bit: number): void {
    const stored = this.#stored(path);
    stored.durable = contentOf(stored);
    stored.writes = [];
    stored.durable[bit >> 3] ^= 1 << (bit & 7);
  }

  bytes(path: string): Buffer {
    return contentOf(this.#stored(path));
  }

  /** What is on disk afterwards is all there is. */
  powerCut(): void {
    this.#era++;
    for (const [path, stored] of this.#files) {
      if (!stored.named && this.#random() < 0.5) {
        this.#files.delete(path);
        continue;
      }
      let content = stored.durable;
      for (const write of stored.writes) content = this.#torn(content, write);
      stored.durable = content;
      stored.writes = [];
      stored.named = true;
    }
  }

  #torn(content: Buffer, { position, bytes }: Write): Buffer {
    const chance = this.#random();
    if (chance < 0.25) return content;
    let after = content;
    for (let start = 0; start < bytes.length; ) {
      const end = Math.min(bytes.length, start + SECTOR_BYTES - ((position + start) % SECTOR_BYTES));
      // A quarter arrives whole, a quarter not at all, the rest sector by sector.
      if (chance < 0.5 || this.#random() < 0.7) after = applied(after, position + start, bytes.subarray(start, end));
      start = end;
    }
    return after;
  }

  #check(operation: FileOperation, path: string): void {
    const error = this.fault?.(operation, path);
    if (error !== undefined) throw error;
  }

  #stored(path: string): Stored {
    const stored = this.#files.get(path);
    if (stored === undefined) throw withCode('ENOENT');
    return stored;
  }
}

export function withCode(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

function sizeOf({ durable, writes }: Stored): number {
  return writes.reduce((size, { position, bytes }) => Math.max(size, position + bytes.length), durable.length);
}

function contentOf(stored: Stored): Buffer {
  const content = Buffer.alloc(sizeOf(stored));
  stored.durable.copy(content);
  for (const { position, bytes } of stored.writes) bytes.copy(content, position);
  return content;
}

function applied(content: Buffer, position: number, bytes: Buffer): Buffer {
  const after = Buffer.alloc(Math.max(content.length, position + bytes.length));
  content.copy(after);
  bytes.copy(after, position);
  return after;
}
