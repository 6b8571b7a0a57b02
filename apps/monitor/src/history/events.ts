export interface NodeEvent {
  /** Rises with every event. */
  id: number;
  /** Unix ms of the first and the last time. */
  firstMs: number;
  lastMs: number;
  level: 'info' | 'warning' | 'error';
  text: string;
  /** How often, when the same came again soon after. */
  count: number;
}

const EVENTS_MAX = 200;
/** The same within this span is counted rather than listed again. */
const TOGETHER_MS = 60_000;

/** The last things worth telling an operator, oldest first. */
export class EventLog {
  readonly #events: NodeEvent[] = [];
  #lastId = 0;
  #version = 0;

  /** Rises with every change. */
  get version(): number {
    return this.#version;
  }

  add(atMs: number, level: NodeEvent['level'], text: string): void {
    this.#version++;
    const same = this.#events.findLast((event) => event.text === text && atMs - event.lastMs < TOGETHER_MS);
    if (same !== undefined) {
      same.count++;
      same.lastMs = atMs;
      return;
    }
    this.#events.push({ id: ++this.#lastId, firstMs: atMs, lastMs: atMs, level, text, count: 1 });
    if (this.#events.length > EVENTS_MAX) this.#events.shift();
  }

  list(): readonly NodeEvent[] {
    return this.#events;
  }
}
