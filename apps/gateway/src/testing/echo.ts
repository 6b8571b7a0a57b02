import { EventEmitter, once } from 'node:events';
import { type Channel, type ChannelHandler, type Runtime, systemRuntime } from '@skein/bus';
import type { TlsState } from '../connection.ts';
import type { ListenerLog } from '../listening.ts';
import type { Securing } from '../tls-opening.ts';

export const INFO = 'INFO {"tls":true} \r\n';

/** A handler that greets with INFO at the end of the turn, as the gateway does, and sends back all that it reads. */
export class Echo extends EventEmitter implements ChannelHandler, Securing {
  readonly channel: Channel;
  /** 'secured', 'unsecured', 'closed', in the order they came. */
  readonly events: string[] = [];
  tls: TlsState | null = null;
  bytesRead = 0;
  drains = 0;
  readonly #unsent: Buffer[] = [];
  #blocked = false;

  constructor(channel: Channel) {
    super();
    this.channel = channel;
    setImmediate(() => this.#send(Buffer.from(INFO)));
  }

  label(): string {
    return 'client';
  }

  secured(tls: TlsState): void {
    this.tls = tls;
    this.#report('secured');
  }

  unsecured(): void {
    this.channel.close();
    this.#report('unsecured');
  }

  data(buffer: Buffer, start: number, end: number): void {
    this.bytesRead += end - start;
    this.#send(Buffer.from(buffer.subarray(start, end)));
  }

  drain(): void {
    this.drains++;
    this.#blocked = false;
    while (!this.#blocked && this.#unsent.length > 0) this.#write(this.#unsent.shift() as Buffer);
  }

  closed(): void {
    this.#report('closed');
  }

  /** Resolves when an event has come, or at once when it has come already. */
  async until(event: string): Promise<void> {
    while (!this.events.includes(event)) await once(this, 'event');
  }

  #send(bytes: Buffer): void {
    if (this.#blocked) this.#unsent.push(bytes);
    else this.#write(bytes);
  }

  #write(bytes: Buffer): void {
    this.#blocked = !this.channel.write(bytes);
  }

  #report(event: string): void {
    this.events.push(event);
    this.emit('event');
  }
}

/** Log lines, each `LEVEL text`. */
export class Lines implements ListenerLog {
  readonly lines: string[] = [];

  error(text: string): void {
    this.lines.push(`ERR ${text}`);
  }

  debug(text: string): void {
    this.lines.push(`DBG ${text}`);
  }
}

/** The system's runtime, but timers fire when a test says so, and the clock stands still. */
export class ManualTimers {
  readonly #pending = new Map<object, { delayMs: number; fn: () => void }>();
  readonly #plans = new EventEmitter();
  readonly runtime: Runtime = {
    ...systemRuntime(),
    now: () => 0,
    setTimer: (delayMs, fn) => {
      const key = {};
      this.#pending.set(key, { delayMs, fn });
      this.#plans.emit('planned');
      return { cancel: () => this.#pending.delete(key) };
    },
  };

  get delays(): number[] {
    return [...this.#pending.values()].map(({ delayMs }) => delayMs);
  }

  /** Resolves when there is a timer. */
  async planned(): Promise<void> {
    if (this.#pending.size === 0) await once(this.#plans, 'planned');
  }

  fire(delayMs: number): void {
    const entry = [...this.#pending].find(([, timer]) => timer.delayMs === delayMs);
    if (entry === undefined)
      throw new Error(`no timer of ${delayMs} ms; there are ${this.delays.join(', ') || 'none'}`);
    this.#pending.delete(entry[0]);
    entry[1].fn();
  }
}
