import type { LoggingOptions } from '@skein/config';
import { descriptorSink, fileSink, jsonLine, type LineSink, parseLine } from '@skein/log';

const STDERR = 2;

export interface LogTargetOptions {
  /** The node's. */
  pid: number;
  /** Unix milliseconds, with fractions. */
  now(): number;
  /** The log file was rotated; it is now called `backup`. */
  rotated(backup: string): void;
  /** A rotated file too many was removed. */
  purged(name: string): void;
}

/** Where the node's lines go: stderr, the configured file, or syslog. Follows a changed configuration. */
export class LogTarget implements LineSink {
  private sink: LineSink;
  private logging: LoggingOptions;
  private readonly options: LogTargetOptions;

  private constructor(sink: LineSink, logging: LoggingOptions, options: LogTargetOptions) {
    this.sink = sink;
    this.logging = logging;
    this.options = options;
  }

  /** Rejects when the file cannot be opened, or syslog not be reached (SyslogError). */
  static async open(logging: LoggingOptions, options: LogTargetOptions): Promise<LogTarget> {
    return new LogTarget(await openSink(logging, options), logging, options);
  }

  get dropped(): number {
    return this.sink.dropped;
  }

  write(lines: string): void {
    this.sink.write(lines);
  }

  /** Of a process of the node. */
  writeOf(process: string, lines: string): void {
    this.write(this.logging.json ? this.asJson(process, lines) : lines);
  }

  reopen(): boolean {
    return this.sink.reopen();
  }

  async close(): Promise<void> {
    await this.sink.close();
  }

  /** Rejects as `open` does; everything then stays as it was. */
  async follow(logging: LoggingOptions): Promise<void> {
    const moved = JSON.stringify(destination(logging)) !== JSON.stringify(destination(this.logging));
    this.logging = logging;
    if (!moved) return;
    const previous = this.sink;
    this.sink = await openSink(logging, this.options);
    await previous.close();
  }

  /** A process writes plain lines before it has its configuration, and a runtime that dies does. */
  private asJson(process: string, lines: string): string {
    return lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const { json, level, text } = parseLine(line);
        return json ? `${line}\n` : jsonLine(this.options.pid, process, level, text, this.options.now());
      })
      .join('');
  }
}

const destination = ({ file, sizeLimitBytes, maxFiles, syslog, remoteSyslog }: LoggingOptions): unknown =>
  file === undefined ? [syslog, remoteSyslog] : [file, sizeLimitBytes, maxFiles];

async function openSink(logging: LoggingOptions, { pid, now, rotated, purged }: LogTargetOptions): Promise<LineSink> {
  // As in nats-server, the first of them that is configured gets everything.
  const { file, sizeLimitBytes, maxFiles, syslog, remoteSyslog } = logging;
  if (file !== undefined) {
    try {
      return fileSink({ file, sizeLimitBytes, maxFiles, now, rotated, purged });
    } catch (error) {
      throw new Error(`error opening file: open ${file}: ${reasonOf(error as NodeJS.ErrnoException)}`);
    }
  }
  if (remoteSyslog === undefined && !syslog) return descriptorSink(STDERR);
  const { openLocalSyslog, openRemoteSyslog } = await import('@skein/log/syslog');
  return remoteSyslog === undefined ? openLocalSyslog(pid) : openRemoteSyslog(remoteSyslog, pid, now);
}

const reasons: Record<string, string> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ENOTDIR: 'not a directory',
};

const reasonOf = ({ code = '', message }: NodeJS.ErrnoException): string => reasons[code] ?? message;
