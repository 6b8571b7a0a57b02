import { type DeadLetter, deadLetterSubject, letterFor, letterKey, type Sender } from '@skein/jetstream-core';
import type { Appointment } from './agenda.ts';
import type { ConsumerHost } from './hosted-consumer.ts';
import type { StreamHost } from './hosted-stream.ts';

/** So many leave at a time. */
const LETTERS_MAX = 100;
const BYTES_MAX = 1024 * 1024;
/** What found no place, or where it is not known yet where it goes, is tried again after so long. */
const RETRY_MS = 1000;
const NEVER = Number.POSITIVE_INFINITY;

type Letter = ReturnType<typeof letterFor>;

/**
 * Moves what a consumer gave up to where such messages go, in the order of their numbers. A stream of this process remembers up to which
 * number it has them, so that they arrive there once, whatever happens in between.
 */
export class DeadLetters {
  readonly #stream: StreamHost;
  readonly #consumer: ConsumerHost;
  readonly #retry: Appointment;
  #isBusy = false;

  constructor(stream: StreamHost, consumer: ConsumerHost) {
    this.#stream = stream;
    this.#consumer = consumer;
    this.#retry = { dueAt: NEVER, due: () => this.send() };
  }

  /** There may be some. */
  send(): void {
    if (this.#isBusy || this.#consumer.isVoid) return;
    const { state } = this.#consumer;
    if (state.firstLetter > state.lettersMade) return;
    this.#isBusy = true;
    this.#sendSome().then(
      (isSent) => this.#sent(isSent),
      (error: Error) => {
        this.#stream.host.logger.warn(`JetStream consumer '${this.#name}' keeps its dead letters: ${error.message}`);
        this.#sent(false);
      },
    );
  }

  end(): void {
    this.#stream.host.agenda.plan(this.#retry, NEVER);
  }

  get #name(): string {
    const { account, name } = this.#stream;
    return `${account} > ${name} > ${this.#consumer.name}`;
  }

  #sent(isSent: boolean): void {
    this.#isBusy = false;
    const { agenda, clock } = this.#stream.host;
    if (isSent) this.send();
    else if (!this.#consumer.isVoid) agenda.plan(this.#retry, clock.millis + RETRY_MS);
  }

  /** @returns whether it could be done */
  async #sendSome(): Promise<boolean> {
    const { host, account } = this.#stream;
    const { config, state, number } = this.#consumer;
    const subject = deadLetterSubject(config);
    const target = subject === undefined ? undefined : host.streamOf(account, subject);
    if (target === null) return false;
    const { letters, last } = this.#take(subject ?? '', state.letters, state.firstLetter);
    let through = last;
    if (target !== undefined && letters.length > 0) {
      const taken = await target.change({
        kind: 'ingest',
        key: letterKey(this.#sender),
        identity: this.#sender.identity,
        messages: letters,
      });
      if (taken < (letters.at(-1) as Letter).origin) through = taken;
    } else if (subject !== undefined) {
      for (const { content, headerBytes } of letters)
        host.outbox.publish(account, subject, content, headerBytes, number);
    }
    await this.#consumer.bury(through);
    return true;
  }

  get #sender(): Sender {
    const { name: consumer, created } = this.#consumer;
    return { stream: this.#stream.name, consumer, identity: `${created.seconds}.${created.nanos}` };
  }

  /** Those whose messages are still there; and the number of the last that was looked at. */
  #take(subject: string, all: Iterable<DeadLetter>, first: number): { letters: Letter[]; last: number } {
    const letters: Letter[] = [];
    let number = first;
    let bytes = 0;
    for (const letter of all) {
      if (number - first === LETTERS_MAX || bytes > BYTES_MAX) break;
      const message = this.#stream.store.get(letter.sequence);
      if (message !== undefined) {
        const moved = letterFor(number, letter, message, this.#sender, subject);
        bytes += moved.content.length;
        letters.push(moved);
      }
      number++;
    }
    return { letters, last: number - 1 };
  }
}
