import type { Outlet } from './syslog-sink.ts';

/** Kept while the other side does not read, or is away. */
const PENDING_BYTES_MAX = 256 * 1024;
const RETRY_MS = 1000;
/** At the end of the process, for what is still to be sent. */
const CLOSE_MS_MAX = 500;

/** The part of a socket that is needed here. */
export interface Stream {
  readonly writableLength: number;
  write(text: string): unknown;
  end(): unknown;
  destroy(): unknown;
  on(event: 'close' | 'error', fn: () => void): unknown;
}

export interface TcpOutletOptions {
  /** Connected already. */
  stream: Stream;
  /** Connects anew. */
  reconnect(): Promise<Stream>;
  after(ms: number, fn: () => void): void;
}

type State = { name: 'up'; stream: Stream } | { name: 'away' } | { name: 'closed' };

/** Messages over one connection, made anew a second after it has ended; what comes meanwhile waits, within a bound. */
export class TcpOutlet implements Outlet {
  private readonly options: TcpOutletOptions;
  private state: State;
  private waiting: string[] = [];
  private waitingBytes = 0;

  constructor(options: TcpOutletOptions) {
    this.options = options;
    this.state = this.use(options.stream);
  }

  push(message: string): boolean {
    const { state } = this;
    if (state.name === 'up') {
      if (state.stream.writableLength + message.length > PENDING_BYTES_MAX) return false;
      state.stream.write(message);
      return true;
    }
    if (state.name === 'closed' || this.waitingBytes + message.length > PENDING_BYTES_MAX) return false;
    this.waiting.push(message);
    this.waitingBytes += message.length;
    return true;
  }

  close(): Promise<void> {
    const { state } = this;
    this.state = { name: 'closed' };
    if (state.name !== 'up') return Promise.resolve();
    return new Promise((resolve) => {
      state.stream.on('close', resolve);
      this.options.after(CLOSE_MS_MAX, () => state.stream.destroy());
      state.stream.end();
    });
  }

  private use(stream: Stream): State {
    // 'close' follows.
    stream.on('error', () => {});
    stream.on('close', () => this.lost());
    return { name: 'up', stream };
  }

  private lost(): void {
    if (this.state.name !== 'up') return;
    this.state = { name: 'away' };
    this.retry();
  }

  private retry(): void {
    this.options.after(RETRY_MS, () => {
      this.options.reconnect().then(
        (stream) => this.back(stream),
        () => this.retry(),
      );
    });
  }

  private back(stream: Stream): void {
    if (this.state.name === 'closed') {
      stream.destroy();
      return;
    }
    this.state = this.use(stream);
    for (const message of this.waiting) stream.write(message);
    this.waiting = [];
    this.waitingBytes = 0;
  }
}
