import { fdatasyncSync, writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, unlink } from 'node:fs/promises';
import type { Files, JournalFile } from './files.ts';
import { SyncPace } from './sync-pace.ts';

const MODE = 0o600;
/** So little is in the system's memory sooner than a thread would hear of it: that halves what one record waits. */
const SMALL_BYTES = 128 * 1024;

class NodeFile implements JournalFile {
  readonly #handle: FileHandle;
  readonly #pace: SyncPace;
  #unsyncedBytes = 0;

  constructor(handle: FileHandle, pace: SyncPace) {
    this.#handle = handle;
    this.#pace = pace;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async read(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(buffer, filled, length - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }

  async write(bytes: Buffer, position: number): Promise<void> {
    this.#unsyncedBytes += bytes.length;
    // A disk that is nearly full takes a part, and says why at the next attempt.
    for (let written = 0; written < bytes.length; ) {
      if (bytes.length <= SMALL_BYTES) {
        written += writeSync(this.#handle.fd, bytes, written, bytes.length - written, position + written);
        continue;
      }
      const { bytesWritten } = await this.#handle.write(bytes, written, bytes.length - written, position + written);
      written += bytesWritten;
    }
  }

  async datasync(): Promise<void> {
    const inLoop = this.#pace.isForLoop(this.#unsyncedBytes);
    this.#unsyncedBytes = 0;
    const begun = performance.now();
    if (inLoop) fdatasyncSync(this.#handle.fd);
    else await this.#handle.datasync();
    this.#pace.took(performance.now() - begun, inLoop);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** The machine's own files. */
export function nodeFiles(): Files {
  const pace = new SyncPace();
  return {
    async list(directory) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      return readdir(directory);
    },
    create: async (path) => new NodeFile(await open(path, 'w+', MODE), pace),
    open: async (path) => new NodeFile(await open(path, 'r+'), pace),
    remove: (path) => unlink(path),
    async syncDirectory(directory) {
      const handle = await open(directory, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
}
