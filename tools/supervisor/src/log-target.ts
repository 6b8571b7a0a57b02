import type { LoggingOptions } from '@skein/config';
import { descriptorSink, fileSink, type LineSink } from '@skein/log';

const STDERR = 2;

/** Where the node's lines go: stderr, or the configured file. Follows a changed configuration. */
export class LogTarget implements LineSink {
  private sink: LineSink;
  private logging: LoggingOptions;
  private readonly now: () => number;
  private readonly rotated: (backup: string) => void;

  /** Throws when the file cannot be opened. */
  constructor(logging: LoggingOptions, now: () => number, rotated: (backup: string) => void) {
    this.logging = logging;
    this.now = now;
    this.rotated = rotated;
    this.sink = this.open(logging);
  }

  get dropped(): number {
    return this.sink.dropped;
  }

  write(lines: string): void {
    this.sink.write(lines);
  }

  reopen(): boolean {
    return this.sink.reopen();
  }

  close(): void {
    this.sink.close();
  }

  follow(logging: LoggingOptions): void {
    const { file, sizeLimitBytes, maxFiles } = this.logging;
    if (file === logging.file && sizeLimitBytes === logging.sizeLimitBytes && maxFiles === logging.maxFiles) return;
    const previous = this.sink;
    this.sink = this.open(logging);
    this.logging = logging;
    previous.close();
  }

  private open(logging: LoggingOptions): LineSink {
    const { file, sizeLimitBytes, maxFiles } = logging;
    if (file === undefined) return descriptorSink(STDERR);
    return fileSink({ file, sizeLimitBytes, maxFiles, now: this.now, rotated: this.rotated });
  }
}
