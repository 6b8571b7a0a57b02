import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { headersOf } from './jetstream.ts';
import type { Ledger } from './ledger.ts';

const WINDOW = 64;
const BATCH = 5;

/** `again`: with a message id, until it is acknowledged. `once`: without. `atomic`: batches, sent once. */
export type Manner = 'again' | 'once' | 'atomic';

interface Waiting {
  readonly body: string;
  readonly headers: Record<string, string>;
  /** The life of the server in which it was sent first. */
  readonly life: number;
  readonly batch: number | undefined;
}

/** Publishes without waiting, so many at a time, and tells the ledger what was promised. */
export class Publisher {
  readonly #client: NatsConnection;
  readonly #name: string;
  readonly #subject: string;
  readonly #manner: Manner;
  readonly #ledger: Ledger;
  readonly #inbox = `_ack.${crypto.randomUUID()}`;
  readonly #waiting = new Map<string, Waiting>();
  #sent = 0;
  #life = 0;
  /** Of this life, the last sequence of a message that was sent for the first time. */
  #lastInLife = 0;
  #isStopped = false;
  #idle: (() => void) | undefined;

  constructor(client: NatsConnection, name: string, subject: string, manner: Manner, ledger: Ledger) {
    this.#client = client;
    this.#name = name;
    this.#subject = subject;
    this.#manner = manner;
    this.#ledger = ledger;
    client.subscribe(`${this.#inbox}.*`, { callback: (_error, message) => this.#answered(message) });
  }

  start(): void {
    this.#fill();
  }

  /** The server is another one: what it did not answer is sent again, or given up. */
  resume(): void {
    this.#life++;
    this.#lastInLife = 0;
    for (const [token, one] of this.#waiting) {
      if (this.#manner === 'again') this.#send(token, one);
      else this.#waiting.delete(token);
    }
    this.#fill();
  }

  /** Resolves when all that is sent again is acknowledged. */
  stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#waiting.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle = resolve;
    });
  }

  #fill(): void {
    while (!this.#isStopped && this.#waiting.size < WINDOW) {
      if (this.#manner === 'atomic') this.#startBatch();
      else this.#startOne();
    }
    if (this.#isStopped && this.#waiting.size === 0) this.#idle?.();
  }

  #startOne(): void {
    const body = `${this.#name}:${++this.#sent}`;
    if (this.#manner === 'once') this.#ledger.sentOnce.add(body);
    const headers: Record<string, string> = this.#manner === 'again' ? { 'Nats-Msg-Id': body } : {};
    this.#begin(body, headers, undefined);
  }

  #startBatch(): void {
    const first = this.#sent + 1;
    const bodies = Array.from({ length: BATCH }, () => `${this.#name}:${++this.#sent}`);
    const batch = this.#ledger.batches.push({ bodies, isAcknowledged: false }) - 1;
    for (const [i, body] of bodies.entries()) {
      const isLast = i === BATCH - 1;
      const headers = {
        'Nats-Batch-Id': `${this.#name}-${first}`,
        'Nats-Batch-Sequence': `${i + 1}`,
        ...(isLast && { 'Nats-Batch-Commit': '1' }),
      };
      if (isLast) this.#begin(body, headers, batch);
      else this.#client.publish(this.#subject, body, { headers: headersOf(headers) });
    }
  }

  #begin(body: string, headers: Record<string, string>, batch: number | undefined): void {
    const waiting = { body, headers, life: this.#life, batch };
    const token = `${this.#sent}`;
    this.#waiting.set(token, waiting);
    this.#send(token, waiting);
  }

  #send(token: string, { body, headers }: Waiting): void {
    this.#client.publish(this.#subject, body, { headers: headersOf(headers), reply: `${this.#inbox}.${token}` });
  }

  #answered(message: Msg): void {
    const token = message.subject.slice(this.#inbox.length + 1);
    const one = this.#waiting.get(token);
    if (one === undefined) return;
    const text = message.string();
    const { seq = 0, duplicate = false } =
      text === '' ? {} : (JSON.parse(text) as { seq?: number; duplicate?: boolean });
    if (seq === 0) {
      // It is away, or says that it could not: that is no promise. `resume` comes.
      if (this.#manner !== 'again') this.#waiting.delete(token);
      return;
    }
    this.#waiting.delete(token);
    this.#accept(one, seq, duplicate);
    this.#fill();
  }

  #accept({ body, life, batch }: Waiting, sequence: number, isDuplicate: boolean): void {
    const { violations, batches } = this.#ledger;
    if (!isDuplicate && life === this.#life) {
      if (sequence <= this.#lastInLife)
        violations.push(`${body} has ${sequence}, sent behind one with ${this.#lastInLife}`);
      this.#lastInLife = sequence;
    }
    if (batch !== undefined) {
      const one = batches[batch];
      if (one !== undefined) one.isAcknowledged = true;
    }
    this.#ledger.acknowledge(body, sequence);
  }
}
