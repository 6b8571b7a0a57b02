import { matches } from '@skein/subjects';
import type { StreamConfig } from './stream-config.ts';

/** What a test publishes: the headers' meaning, without the headers. */
export interface NaivePublish {
  subject: string;
  bytes: number;
  id?: string;
  expectedLast?: number;
  expectedOnSubject?: number;
  rollup?: 'sub' | 'all';
  ttlSeconds?: number;
}

interface NaiveMessage {
  sequence: number;
  subject: string;
  bytes: number;
  millis: number;
  deadline: number;
}

/** A stream as one would write it without a thought for speed: one array, looked through from end to end. For tests. */
export class NaiveStream {
  readonly #config: StreamConfig;
  messages: NaiveMessage[] = [];
  last = 0;
  #ids: { id: string; sequence: number; millis: number }[] = [];

  constructor(config: StreamConfig) {
    this.#config = config;
  }

  /** The answer: a sequence, `again` with the sequence that it has already, or the error's code. */
  publish(one: NaivePublish, millis: number): string {
    const fault = this.#fault(one, millis);
    if (fault !== undefined) return fault;
    this.#store(one, millis);
    return `${this.last}`;
  }

  /** As `publish`, for all or none. No message of a batch here expects anything. */
  batch(all: readonly NaivePublish[], millis: number): string {
    const trial = new NaiveStream({ ...this.#config, max_msgs_per_subject: -1 });
    trial.messages = [...this.messages];
    trial.last = this.last;
    for (const one of all) {
      const isOver = trial.#fullness(one);
      if (isOver !== undefined) return isOver;
      const onSubject = trial.messages.filter(({ subject }) => subject === one.subject);
      const { discard_new_per_subject, max_msgs_per_subject } = this.#config;
      if (discard_new_per_subject && onSubject.length >= max_msgs_per_subject) return '10077';
      trial.#store(one, millis);
    }
    for (const one of all) this.#store(one, millis);
    return `${this.last}`;
  }

  purge(filter: string, below: number, keep: number): number {
    const before = this.messages.length;
    const matching = this.messages.filter(({ subject }) => filter === '' || matches(filter, subject));
    const going = new Set(
      keep > 0
        ? matching.slice(0, Math.max(0, matching.length - keep))
        : matching.filter(({ sequence }) => below === 0 || sequence < below),
    );
    this.messages = this.messages.filter((message) => !going.has(message));
    if (filter === '' && keep === 0 && below > this.last + 1) this.last = below - 1;
    return before - this.messages.length;
  }

  remove(wanted: number): boolean {
    const before = this.messages.length;
    this.messages = this.messages.filter(({ sequence }) => sequence !== wanted);
    return this.messages.length < before;
  }

  expire(millis: number): void {
    const maxAge = this.#config.max_age / 1e6;
    this.messages = this.messages.filter(
      (message) => message.deadline > millis && (maxAge === 0 || message.millis + maxAge > millis),
    );
  }

  #fault(one: NaivePublish, millis: number): string | undefined {
    const onSubject = this.messages.filter(({ subject }) => subject === one.subject);
    if (one.expectedOnSubject !== undefined && one.expectedOnSubject !== (onSubject.at(-1)?.sequence ?? 0))
      return '10071';
    if (one.expectedLast !== undefined && one.expectedLast !== this.last) return '10071';
    const window = (this.#config.duplicate_window ?? 0) / 1e6;
    const again = this.#ids.findLast(({ id, millis: at }) => id === one.id && at + window > millis);
    if (again !== undefined) return `again ${again.sequence}`;
    const { discard, discard_new_per_subject, max_msgs_per_subject } = this.#config;
    if (discard !== 'new') return undefined;
    if (max_msgs_per_subject < 0 || onSubject.length < max_msgs_per_subject) return this.#fullness(one);
    if (discard_new_per_subject) return '10077';
    // The oldest on its subject makes room.
    const without = new NaiveStream(this.#config);
    without.messages = this.messages.filter((message) => message !== onSubject[0]);
    const { max_bytes } = this.#config;
    return max_bytes > 0 && without.#bytes() + one.bytes > max_bytes ? '10077' : undefined;
  }

  #fullness({ bytes }: NaivePublish): string | undefined {
    const { discard, max_msgs, max_bytes } = this.#config;
    if (discard !== 'new') return undefined;
    const isFull =
      (max_msgs > 0 && this.messages.length >= max_msgs) || (max_bytes > 0 && this.#bytes() + bytes > max_bytes);
    return isFull ? '10077' : undefined;
  }

  #bytes(): number {
    return this.messages.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #store({ subject, bytes, id, rollup, ttlSeconds }: NaivePublish, millis: number): void {
    const sequence = ++this.last;
    if (id !== undefined) this.#ids.push({ id, sequence, millis });
    const deadline = ttlSeconds === undefined ? Number.POSITIVE_INFINITY : millis + ttlSeconds * 1000;
    this.messages.push({ sequence, subject, bytes, millis, deadline });
    const { max_msgs, max_bytes, max_msgs_per_subject } = this.#config;
    const onSubject = this.messages.filter((message) => message.subject === subject);
    if (max_msgs_per_subject > 0 && onSubject.length > max_msgs_per_subject) this.remove(onSubject[0]?.sequence ?? 0);
    while (max_msgs > 0 && this.messages.length > max_msgs) this.messages.shift();
    while (max_bytes > 0 && this.#bytes() > max_bytes) this.messages.shift();
    if (rollup !== undefined) {
      this.messages = this.messages.filter(
        (message) => message.sequence >= sequence || (rollup === 'sub' && message.subject !== subject),
      );
    }
  }
}
