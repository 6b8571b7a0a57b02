import { writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, unlink } from 'node:fs/promises';
import type { Files, JournalFile } from './files.ts';

const MODE = 0o600;
/** So little is in the system's memory sooner than a thread would hear of it: that halves what one record waits. */
const SMALL_BYTES = 128 * 1024;

class NodeFile implements JournalFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
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

  datasync(): Promise<void> {
    return this.#handle.datasync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** The machine's own files. */
export const nodeFiles = (): Files => ({
  async list(directory) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return readdir(directory);
  },
  create: async (path) => new NodeFile(await open(path, 'w+', MODE)),
  open: async (path) => new NodeFile(await open(path, 'r+')),
  remove: (path) => unlink(path),
  async syncDirectory(directory) {
    const handle = await open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
});
