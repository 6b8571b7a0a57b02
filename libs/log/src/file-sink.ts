import { closeSync, fstatSync, openSync, readdirSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { LineSink } from './sink.ts';

export interface FileSinkOptions {
  file: string;
  /** Rotated beyond this size; 0: never. */
  sizeLimitBytes: number;
  /** Files kept, the one being written included; 0: all. */
  maxFiles: number;
  /** Unix milliseconds, with fractions: names a rotated file. */
  now: () => number;
  /** The file was rotated; it is now called `backup`. */
  rotated?: (backup: string) => void;
  /** There were too many: this rotated file, named without its folder, is gone. */
  purged?: (name: string) => void;
}

/** Appends to a file. Throws when it cannot be opened; later errors (a full disk) drop lines and count them. */
export function fileSink(options: FileSinkOptions): LineSink {
  return new FileSink(options);
}

class FileSink implements LineSink {
  dropped = 0;
  private readonly options: FileSinkOptions;
  private fd: number;
  private size = 0;
  /** Whoever is told of it writes a line, which must not rotate again. */
  private rotating = false;

  constructor(options: FileSinkOptions) {
    this.options = options;
    this.fd = this.open();
  }

  write(lines: string): void {
    const { sizeLimitBytes } = this.options;
    try {
      this.size += writeSync(this.fd, lines);
    } catch {
      this.dropped++;
      return;
    }
    if (sizeLimitBytes <= 0 || this.size <= sizeLimitBytes || this.rotating) return;
    this.rotating = true;
    this.rotate();
    this.rotating = false;
  }

  reopen(): boolean {
    const previous = this.fd;
    try {
      this.fd = this.open();
    } catch {
      return true;
    }
    closeSync(previous);
    return true;
  }

  close(): void {
    closeSync(this.fd);
  }

  private open(): number {
    const fd = openSync(this.options.file, 'a', 0o640);
    this.size = fstatSync(fd).size;
    return fd;
  }

  private rotate(): void {
    const { file, now, rotated } = this.options;
    const backup = `${file}.${rotationStamp(now())}`;
    try {
      renameSync(file, backup);
    } catch {
      // Not ours to rename: go on in the same file, and look again after as many bytes.
      this.size = 0;
      return;
    }
    this.reopen();
    rotated?.(backup);
    this.prune();
  }

  private prune(): void {
    const { file, maxFiles, purged } = this.options;
    if (maxFiles <= 0) return;
    const prefix = `${basename(file)}.`;
    try {
      const rotated = readdirSync(dirname(file))
        .filter((name) => name.startsWith(prefix) && STAMP.test(name.slice(prefix.length)))
        .sort();
      for (const name of rotated.slice(0, Math.max(0, rotated.length - (maxFiles - 1)))) {
        unlinkSync(join(dirname(file), name));
        purged?.(name);
      }
    } catch {
      // Not ours to remove: they are more than they should be, and the log goes on.
    }
  }
}

const STAMP = /^\d{4}(\.\d{2}){5}\.\d+$/;

/** `2026.11.21.19.49.08.960270622`, local time with nanoseconds: names sort by age. */
function rotationStamp(unixMs: number): string {
  const date = new Date(unixMs);
  const parts = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()];
  const nanos = Math.floor((unixMs % 1000) * 1e6);
  const text = parts.map((part) => String(part).padStart(2, '0')).join('.');
  return `${date.getFullYear()}.${text}.${String(nanos).padStart(9, '0')}`;
}
