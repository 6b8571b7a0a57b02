import type { Runtime, Timer } from './runtime.ts';
import type { Channel, ChannelHandler, Listener, Transport } from './transport.ts';

/** What an operating system's socket buffer holds: it reaches the reader even when the writer dies. */
const SOCKET_BYTES = 64 * 1024;
const WALL_START_MS = Date.UTC(2025, 0, 1);

interface Event {
  at: number;
  order: number;
  process: SimulatedProcess;
  run: (() => void) | null;
}

/** A seeded source of numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Soonest first; among equals, first come first served. */
class EventQueue {
  private readonly heap: Event[] = [];

  push(event: Event): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!EventQueue.before(event, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = event;
  }

  get first(): Event | undefined {
    return this.heap[0];
  }

  pop(): Event | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && EventQueue.before(heap[child + 1], heap[child])) child++;
      if (!EventQueue.before(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }

  private static before(a: Event, b: Event): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }
}

/** One life of a process: its clock, timers, sockets. */
export class SimulatedProcess {
  readonly name: string;
  readonly runtime: Runtime;
  readonly transport: Transport;
  alive = true;
  frozen = false;
  readonly held: Event[] = [];
  readonly ends = new Set<ChannelEnd>();
  private readonly simulation: Simulation;

  constructor(simulation: Simulation, name: string) {
    this.simulation = simulation;
    this.name = name;
    this.runtime = {
      now: () => simulation.now,
      wallMs: () => WALL_START_MS + Math.floor(simulation.now),
      setTimer: (delayMs, fn): Timer => {
        const event = simulation.schedule(this, Math.max(0, delayMs), fn);
        return {
          cancel: () => {
            event.run = null;
          },
        };
      },
      defer: (fn) => {
        simulation.schedule(this, 0, fn);
      },
      random: () => simulation.random(),
    };
    this.transport = {
      listen: async (address, accept) => simulation.listen(this, address, accept),
      connect: (address, opened, failed) => simulation.connect(this, address, opened, failed),
    };
  }

  /** As SIGSTOP: nothing happens in it; what is sent to it waits. */
  freeze(): void {
    this.frozen = true;
  }

  thaw(): void {
    this.frozen = false;
    this.simulation.release(this.held.splice(0));
  }

  /** Breaks every connection to another process; both sides are told. */
  cut(other: SimulatedProcess): void {
    for (const end of [...this.ends]) if (end.other.process === other) end.destroy();
  }

  /** As SIGKILL: its sockets close, what it had not handed to the system is gone. */
  kill(): void {
    if (!this.alive) return;
    this.alive = false;
    this.simulation.forget(this);
    for (const end of [...this.ends]) end.die();
  }
}

/** One direction's bytes on the way, in order. */
class ChannelEnd implements Channel {
  readonly process: SimulatedProcess;
  other!: ChannelEnd;
  handler: ChannelHandler | null = null;
  private readonly simulation: Simulation;
  /** What this end has sent and the other has not been given. */
  private readonly outgoing: Buffer[] = [];
  private outgoingBytes = 0;
  private arrival = 0;
  private drainDue = false;
  private open = true;
  private paused = false;

  constructor(simulation: Simulation, process: SimulatedProcess) {
    this.simulation = simulation;
    this.process = process;
    process.ends.add(this);
  }

  get bufferedBytes(): number {
    return Math.max(0, this.outgoingBytes - SOCKET_BYTES);
  }

  write(bytes: Buffer): boolean {
    if (!this.open) return true;
    this.outgoing.push(Buffer.from(bytes));
    this.outgoingBytes += bytes.length;
    this.carry();
    this.drainDue = this.bufferedBytes > 0;
    return !this.drainDue;
  }

  /** Has what is on the way now arrive some time, never before what was sent earlier. */
  private carry(): void {
    this.arrival = Math.max(this.arrival, this.simulation.now + this.simulation.delay());
    this.simulation.schedule(this.other.process, this.arrival - this.simulation.now, () => this.other.arrive());
  }

  private arrive(): void {
    if (this.handler === null || this.paused) return;
    const from = this.other;
    while (from.outgoing.length > 0 && this.open && !this.paused) {
      const bytes = from.outgoing.shift()!;
      from.outgoingBytes -= bytes.length;
      // Bytes are cut anywhere.
      const cut = Math.floor(this.simulation.random() * (bytes.length + 1));
      if (cut > 0) this.handler.data(bytes, 0, cut);
      if (cut < bytes.length && this.open) this.handler.data(bytes, cut, bytes.length);
    }
    if (from.drainDue && from.bufferedBytes === 0) {
      from.drainDue = false;
      this.simulation.schedule(from.process, 0, () => from.handler?.drain());
    }
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.simulation.schedule(this.process, 0, () => this.arrive());
  }

  close(): void {
    this.end('closed', true);
  }

  destroy(): void {
    this.end('destroyed', false);
  }

  die(): void {
    this.end('', false);
  }

  /** This end closes: the other is told after what had reached the system's buffer (everything, when orderly). */
  private end(reason: string, orderly: boolean): void {
    if (!this.open) return;
    this.open = false;
    this.process.ends.delete(this);
    let kept = 0;
    let count = 0;
    while (count < this.outgoing.length && (orderly || kept < SOCKET_BYTES)) kept += this.outgoing[count++].length;
    this.outgoing.length = count;
    this.outgoingBytes = kept;
    if (reason !== '') this.simulation.schedule(this.process, 0, () => this.handler?.closed(reason));
    const { other } = this;
    this.arrival = Math.max(this.arrival, this.simulation.now + this.simulation.delay());
    this.simulation.schedule(other.process, this.arrival - this.simulation.now, () => {
      other.paused = false;
      other.arrive();
      if (!other.open) return;
      other.open = false;
      other.process.ends.delete(other);
      other.handler?.closed('closed by the peer');
    });
  }
}

export interface SimulationOptions {
  /** Longest time that bytes take from one process to another. */
  delayMaxMs?: number;
}

/**
 * Several processes in one, under a clock of their own: in which order things happen, and how long they take, comes from the
 * seed alone. An in-memory transport joins them; each can be killed, frozen and thawed at any point.
 */
export class Simulation {
  now = 0;
  readonly seed: number;
  readonly random: () => number;
  private readonly delayMaxMs: number;
  private readonly queue = new EventQueue();
  private order = 0;
  private readonly listeners = new Map<
    string,
    { process: SimulatedProcess; accept: (channel: Channel) => ChannelHandler }
  >();

  constructor(seed: number, options: SimulationOptions = {}) {
    this.seed = seed;
    this.random = seededRandom(seed);
    this.delayMaxMs = options.delayMaxMs ?? 2;
  }

  /** A new process (or a new life of one that was killed). */
  process(name: string): SimulatedProcess {
    return new SimulatedProcess(this, name);
  }

  delay(): number {
    return this.random() * this.delayMaxMs;
  }

  schedule(process: SimulatedProcess, delayMs: number, run: () => void): Event {
    const event: Event = { at: this.now + delayMs, order: this.order++, process, run };
    if (process.alive) this.queue.push(event);
    return event;
  }

  /** Events held back by a frozen process happen now, in the order they would have. */
  release(events: Event[]): void {
    for (const event of events.sort((a, b) => a.at - b.at || a.order - b.order)) {
      event.at = this.now;
      event.order = this.order++;
      this.queue.push(event);
    }
  }

  forget(process: SimulatedProcess): void {
    for (const [address, listener] of this.listeners) if (listener.process === process) this.listeners.delete(address);
  }

  listen(process: SimulatedProcess, address: string, accept: (channel: Channel) => ChannelHandler): Listener {
    if (this.listeners.has(address)) throw new Error(`another process listens on ${address}`);
    const listener = { process, accept };
    this.listeners.set(address, listener);
    return {
      close: () => {
        if (this.listeners.get(address) === listener) this.listeners.delete(address);
      },
    };
  }

  connect(
    process: SimulatedProcess,
    address: string,
    opened: (channel: Channel) => ChannelHandler,
    failed: (reason: string) => void,
  ): void {
    // As with Unix sockets, the connection stands before the other process has accepted it, frozen or not.
    this.schedule(process, this.delay(), () => {
      const listener = this.listeners.get(address);
      if (listener === undefined) {
        failed('nobody listens there');
        return;
      }
      const here = new ChannelEnd(this, process);
      const there = new ChannelEnd(this, listener.process);
      here.other = there;
      there.other = here;
      this.schedule(listener.process, 0, () => {
        there.handler = listener.accept(there);
      });
      here.handler = opened(here);
    });
  }

  /** Has one thing happen; false: nothing is left to happen before `untilMs`. */
  private step(untilMs: number): boolean {
    const next = this.queue.first;
    if (next === undefined || next.at > untilMs) {
      this.now = Math.max(this.now, untilMs);
      return false;
    }
    this.queue.pop();
    this.now = Math.max(this.now, next.at);
    if (!next.process.alive || next.run === null) return true;
    if (next.process.frozen) next.process.held.push(next);
    else next.run();
    return true;
  }

  /** Runs for so many milliseconds of simulated time, or until `done` says so. Resolves to whether it did. */
  async run(durationMs: number, done: () => boolean = () => false): Promise<boolean> {
    const untilMs = this.now + durationMs;
    for (;;) {
      // What waits for promises goes on before the next thing happens.
      for (let i = 0; i < 8; i++) await null;
      if (done()) return true;
      if (!this.step(untilMs)) return false;
    }
  }
}
