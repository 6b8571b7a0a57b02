import type { GatewayFigures } from '../figures.ts';
import type { Monitor, Snapshot } from '../monitor.ts';
import { EventLog } from './events.ts';
import { isSilent, type Look, noticesBetween, processName } from './notice.ts';
import { type NodeFigures, type ProcessRow, Series } from './series.ts';
import { slowConsumersSince } from './slow-consumers.ts';

export const HISTORY_SPAN_MS = 15 * 60_000;
/** While somebody looks, and while nobody does. */
export const WATCHED_STEP_MS = 1000;
export const UNWATCHED_STEP_MS = 5000;
/** Somebody looks until this long after the last question. */
export const WATCHED_FOR_MS = 5000;

export interface SamplerClock {
  /** Monotonic ms. */
  now(): number;
  /** Calls `fn` once after `ms`; the return value calls it off. */
  after(ms: number, fn: () => void): () => void;
}

export const timerClock: SamplerClock = {
  now: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
};

type Source = Pick<Monitor, 'snapshot' | 'wallMs' | 'routerUp' | 'lameDuck' | 'configuredUnixMs' | 'connectionPages'>;

/** Looks at the node at intervals and keeps 15 minutes of what it saw: plots and events have a past when somebody opens them. */
export class Sampler {
  readonly series = new Series(HISTORY_SPAN_MS / WATCHED_STEP_MS + 1, HISTORY_SPAN_MS);
  readonly events = new EventLog();
  readonly #source: Source;
  readonly #clock: SamplerClock;
  #latest: Snapshot | undefined;
  #look: Look | undefined;
  #sampledMs = Number.NEGATIVE_INFINITY;
  #watchedMs = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;
  #sampling: Promise<void> | undefined;
  #stopped = false;

  constructor(source: Source, clock: SamplerClock) {
    this.#source = source;
    this.#clock = clock;
  }

  start(): void {
    void this.#sample();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** The newest figures, at most a second old: whoever asks is looking, and the steps are short from then on. */
  async watch(): Promise<Snapshot> {
    this.#watchedMs = this.#clock.now();
    const isOld = this.#latest === undefined || this.#clock.now() - this.#sampledMs >= WATCHED_STEP_MS;
    if (isOld || this.#sampling !== undefined) await this.#sample();
    return this.#latest as Snapshot;
  }

  get isWatched(): boolean {
    return this.#clock.now() - this.#watchedMs < WATCHED_FOR_MS;
  }

  /** One at a time: who comes meanwhile waits for the same one. */
  #sample(): Promise<void> {
    this.#sampling ??= this.#take().finally(() => {
      this.#sampling = undefined;
      this.#plan();
    });
    return this.#sampling;
  }

  #plan(): void {
    this.#cancel?.();
    if (this.#stopped) return;
    const stepMs = this.isWatched ? WATCHED_STEP_MS : UNWATCHED_STEP_MS;
    const passedMs = this.#clock.now() - this.#sampledMs;
    this.#cancel = this.#clock.after(Math.max(0, stepMs - passedMs), () => void this.#sample());
  }

  async #take(): Promise<void> {
    const startedMs = this.#clock.now();
    const spanMs = startedMs - this.#sampledMs;
    this.#sampledMs = startedMs;
    const before = this.#latest;
    const beforeMs = this.series.lastMs;
    const snapshot = await this.#source.snapshot(!this.isWatched);
    // The wall clock may be set back; samples rise.
    const atMs = Math.max(this.#source.wallMs(), beforeMs + 1);
    this.#latest = snapshot;
    this.series.add(atMs, nodeRow(snapshot, before, spanMs), processRows(snapshot));
    await this.#notice(snapshot, before, beforeMs, atMs);
  }

  async #notice(snapshot: Snapshot, before: Snapshot | undefined, beforeMs: number, atMs: number): Promise<void> {
    const look = this.#lookAt(snapshot);
    const lookedBefore = this.#look;
    this.#look = look;
    if (lookedBefore === undefined || before === undefined) return;
    for (const { level, text } of noticesBetween(lookedBefore, look)) this.events.add(atMs, level, text);
    const slow = snapshot.counters.slowConsumers - before.counters.slowConsumers;
    if (slow <= 0) return;
    for (const text of await slowConsumersSince(this.#source.connectionPages, slow, beforeMs, atMs)) {
      this.events.add(atMs, 'warning', text);
    }
  }

  #lookAt({ processes, counters, answers }: Snapshot): Look {
    return {
      routerUp: this.#source.routerUp,
      lameDuck: this.#source.lameDuck,
      configuredUnixMs: this.#source.configuredUnixMs,
      staleConnections: counters.staleConnections,
      authFailures: sumOver(answers, 'authFailures'),
      processes,
    };
  }
}

function nodeRow(snapshot: Snapshot, before: Snapshot | undefined, spanMs: number): NodeFigures {
  const rate = (name: 'inMsgs' | 'outMsgs' | 'inBytes' | 'outBytes'): number =>
    before === undefined ? Number.NaN : ((snapshot.counters[name] - before.counters[name]) * 1000) / spanMs;
  return {
    inMsgs: rate('inMsgs'),
    outMsgs: rate('outMsgs'),
    inBytes: rate('inBytes'),
    outBytes: rate('outBytes'),
    connections: snapshot.connections,
    subscriptions: snapshot.subscriptions,
    pendingBytes: sumOver(snapshot.answers, 'pendingBytes'),
  };
}

/** A process that does not answer has a gap: its last figures are no news. */
function processRows({ processes, answers }: Snapshot): Map<string, ProcessRow> {
  const delays = new Map(answers.map(({ peer, body }) => [processName(peer), body.loopDelayMs]));
  const rows = new Map<string, ProcessRow>();
  for (const one of processes) {
    if (isSilent(one)) continue;
    rows.set(processName(one), {
      cpu: one.cpu,
      memory: one.mem,
      loopDelayMs: delays.get(processName(one)) ?? Number.NaN,
    });
  }
  return rows;
}

function sumOver(answers: Snapshot['answers'], name: 'authFailures' | 'pendingBytes'): number {
  return answers.reduce((total, { body }) => total + ((body as GatewayFigures)[name] ?? 0), 0);
}
