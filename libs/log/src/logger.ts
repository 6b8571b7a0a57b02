import { type Level, levelWords } from './level.ts';
import type { LineSink } from './sink.ts';
import { Timestamp } from './timestamp.ts';

/** The part of the configuration that a logger follows (see `LoggingOptions` of `@skein/config`). */
export interface LogSettings {
  debug: boolean;
  trace: boolean;
  /** Timestamps on lines. */
  logtime: boolean;
  logtimeUtc: boolean;
  /** JSON objects in place of nats-server's lines. */
  json?: boolean;
  /** Each line names the process that wrote it; JSON lines always do. */
  processNames?: boolean;
}

/**
 * Writes lines in nats-server's format. Texts must hold no passwords, tokens, seeds or JWTs: nothing is masked here.
 * `debug` and `trace` write nothing unless switched on; ask `debugging` or `tracing` before building a costly text.
 */
export interface Logger {
  readonly debugging: boolean;
  readonly tracing: boolean;
  /** Lines lost because whoever reads them does not. */
  readonly dropped: number;
  info(text: string): void;
  debug(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  fatal(text: string): void;
  trace(text: string): void;
  /** Follows a changed configuration. */
  configure(settings: LogSettings): void;
}

export interface LoggerOptions {
  sink: LineSink;
  /** Printed in front: the node's, which to the outside is one process. */
  pid: number;
  /** Unix milliseconds, with fractions. */
  now: () => number;
  /** The name of the process that writes, `gateway/1`. */
  process: string;
  settings?: LogSettings;
}

const defaultSettings: LogSettings = { debug: false, trace: false, logtime: true, logtimeUtc: false };

export function createLogger(options: LoggerOptions): Logger {
  return new LineLogger(options);
}

class LineLogger implements Logger {
  debugging = false;
  tracing = false;
  private readonly sink: LineSink;
  private readonly now: () => number;
  private readonly prefix: string;
  private readonly pid: number;
  private readonly process: string;
  private named = '';
  private json = false;
  private timestamp: Timestamp | undefined;

  constructor(options: LoggerOptions) {
    this.sink = options.sink;
    this.now = options.now;
    this.prefix = `[${options.pid}] `;
    this.pid = options.pid;
    this.process = options.process;
    this.configure(options.settings ?? defaultSettings);
  }

  get dropped(): number {
    return this.sink.dropped;
  }

  configure(settings: LogSettings): void {
    this.debugging = settings.debug;
    this.tracing = settings.trace;
    this.json = settings.json ?? false;
    this.named = settings.processNames ? `${this.process}: ` : '';
    this.timestamp = settings.logtime ? new Timestamp(settings.logtimeUtc) : undefined;
  }

  info(text: string): void {
    this.line('INF', text);
  }

  debug(text: string): void {
    if (this.debugging) this.line('DBG', text);
  }

  warn(text: string): void {
    this.line('WRN', text);
  }

  error(text: string): void {
    this.line('ERR', text);
  }

  fatal(text: string): void {
    this.line('FTL', text);
  }

  trace(text: string): void {
    if (this.tracing) this.line('TRC', text);
  }

  private line(level: Level, text: string): void {
    if (this.json) {
      this.sink.write(jsonLine(this.pid, this.process, level, text, this.now()));
      return;
    }
    const time = this.timestamp === undefined ? '' : `${this.timestamp.format(this.now())} `;
    this.sink.write(`${this.prefix}${time}[${level}] ${this.named}${oneLine(text)}\n`);
  }
}

/** The time is UTC whatever the settings say. */
export function jsonLine(pid: number, process: string, level: Level, text: string, unixMs: number): string {
  const micros = String(Math.floor(unixMs * 1000) % 1_000_000).padStart(6, '0');
  const time = `${new Date(unixMs).toISOString().slice(0, 19)}.${micros}Z`;
  return `${JSON.stringify({ time, level: levelWords[level], pid, process, msg: text })}\n`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** Clients have their say in lines (names, subjects): they must not begin new ones, or talk to the terminal. */
function oneLine(text: string): string {
  return text.replace(CONTROL, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
