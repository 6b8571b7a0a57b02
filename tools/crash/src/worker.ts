import type { NatsConnection } from '@nats-io/transport-node';
import { api, type Pulled, pull } from './jetstream.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';

const ACK_MS = 1000;

interface ConsumerInfo {
  readonly ack_floor: { readonly stream_seq: number };
  readonly num_pending: number;
  readonly num_ack_pending: number;
}

/** Takes from a pull consumer and acknowledges: most of it, and half of that so that it knows that it counts. */
export class Worker {
  readonly stream: string;
  readonly consumer: string;
  /** By sequence, as they were given out. */
  readonly delivered = new Map<number, string>();
  /** Of these it was answered that they count. */
  readonly confirmed = new Set<number>();
  readonly #client: NatsConnection;
  readonly #ledger: Ledger;
  readonly #random: Random;
  #floor = 0;
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(client: NatsConnection, stream: string, consumer: string, ledger: Ledger, random: Random) {
    this.#client = client;
    this.stream = stream;
    this.consumer = consumer;
    this.#ledger = ledger;
    this.#random = random;
  }

  start(): void {
    this.#running = this.#work();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** What the server says counts: it may not say less than before. */
  async checkFloor(): Promise<void> {
    const { ack_floor } = await this.info();
    const floor = ack_floor.stream_seq;
    const { violations } = this.#ledger;
    if (floor < this.#floor) violations.push(`the ack floor of ${this.consumer} went from ${this.#floor} to ${floor}`);
    this.#floor = floor;
  }

  /** Takes the rest, and acknowledges it. */
  async drain(): Promise<void> {
    for (;;) {
      const { num_pending, num_ack_pending } = await this.info();
      if (num_pending === 0 && num_ack_pending === 0) return;
      const got = await pull(this.#client, this.stream, this.consumer, { batch: 100, expires: 500e6 }, 2000);
      await Promise.all(got.map((one) => this.#took(one, true)));
    }
  }

  info(): Promise<ConsumerInfo> {
    return api<ConsumerInfo>(this.#client, `CONSUMER.INFO.${this.stream}.${this.consumer}`);
  }

  async #work(): Promise<void> {
    while (!this.#isStopped) {
      const got = await pull(this.#client, this.stream, this.consumer, { batch: 50, expires: 200e6 }, 1000);
      for (const one of got) void this.#took(one, this.#random.chance(0.5));
    }
  }

  async #took({ sequence, body, reply }: Pulled, asks: boolean): Promise<void> {
    const { violations } = this.#ledger;
    if (this.confirmed.has(sequence))
      violations.push(`${this.consumer} got ${sequence} again, which was said to count`);
    const before = this.delivered.get(sequence);
    if (before !== undefined && before !== body)
      violations.push(`${this.stream} ${sequence} is ${before}, and then ${body}`);
    this.delivered.set(sequence, body);
    if (!asks) {
      // One in ten comes again.
      if (!this.#random.chance(0.1)) this.#client.publish(reply, '+ACK');
      return;
    }
    const answer = await this.#client.request(reply, '+ACK', { timeout: ACK_MS }).catch(() => undefined);
    if (answer !== undefined && answer.headers?.code !== 503) this.confirmed.add(sequence);
  }
}
