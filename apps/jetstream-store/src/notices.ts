import {
  Advisories,
  type Advisory,
  type AdvisoryClient,
  type BatchEnd,
  type Notice,
  noticeAdvisory,
} from '@skein/jetstream-core';
import type { Notices } from './host.ts';
import type { HostedConsumer, HostedStream, Outbox } from './hosting.ts';

export interface NoticesOptions {
  readonly serverName: string;
  /** '': none. */
  readonly domain: string;
  /** Undefined: there is none. */
  readonly systemAccount: string | undefined;
  readonly outbox: Pick<Outbox, 'publish'>;
  /** Somebody in the account hears audits. */
  isAudited(account: string): boolean;
  newId(): string;
  /** Runs it at the end of this turn. */
  defer(fn: () => void): void;
  /** RFC 3339. */
  now(): string;
}

/** Publishes what happens to streams and consumers under `$JS.EVENT.>` of their account, of each stream in order. */
export class PublishedNotices implements Notices {
  readonly #options: NoticesOptions;
  readonly #advisories: Advisories;
  #refused = 0;

  constructor(options: NoticesOptions) {
    this.#options = options;
    this.#advisories = new Advisories(options);
  }

  stream(stream: HostedStream, action: 'create' | 'modify' | 'delete'): void {
    this.#about(stream, this.#advisories.streamAction(stream.name, action));
  }

  consumer(stream: HostedStream, { name }: HostedConsumer, notice: Notice): void {
    this.#about(stream, noticeAdvisory(this.#advisories, stream.account, stream.name, name, notice));
  }

  consumerAction(stream: HostedStream, consumer: string, action: 'create' | 'delete'): void {
    this.#about(stream, this.#advisories.consumerAction(stream.name, consumer, action));
  }

  consumerPaused(stream: HostedStream, consumer: string, until: string | undefined): void {
    this.#about(stream, this.#advisories.consumerPause(stream.name, consumer, until !== undefined, until));
  }

  /** The system account is told, too. */
  batchAbandoned(stream: HostedStream, batch: string, reason: BatchEnd): void {
    const { account, name, number } = stream;
    this.#about(stream, this.#advisories.batchAbandoned(undefined, name, batch, reason));
    this.#toSystem(this.#advisories.batchAbandoned(account, name, batch, reason), number);
  }

  snapshotCreated(stream: HostedStream, state: object, client: AdvisoryClient): void {
    this.#about(stream, this.#advisories.snapshotCreate(stream.name, state, client));
  }

  snapshotCompleted(stream: HostedStream, start: string, client: AdvisoryClient): void {
    this.#about(stream, this.#advisories.snapshotComplete(stream.name, start, this.#options.now(), client));
  }

  restoreCreated(account: string, stream: string, client: AdvisoryClient): void {
    this.#publish(account, this.#advisories.restoreCreate(stream, client), 0);
  }

  restoreCompleted(account: string, stream: string, start: string, bytes: number, client: AdvisoryClient): void {
    const advisory = this.#advisories.restoreComplete(stream, start, this.#options.now(), bytes, client);
    this.#publish(account, advisory, 0);
  }

  /** @param request '': it had no body. @param response JSON */
  apiAudit(account: string, client: AdvisoryClient, subject: string, request: string, response: string): void {
    if (!this.#options.isAudited(account)) return;
    this.#publish(account, this.#advisories.apiAudit(client, subject, request, response), 0);
  }

  /** Told once a turn, however many there were. */
  apiRefused(): void {
    if (this.#refused++ > 0) return;
    this.#options.defer(() => {
      this.#toSystem(this.#advisories.apiLimitReached(this.#refused), 0);
      this.#refused = 0;
    });
  }

  #about({ account, number }: HostedStream, advisory: Advisory): void {
    this.#publish(account, advisory, number);
  }

  #toSystem(advisory: Advisory, source: number): void {
    const { systemAccount } = this.#options;
    if (systemAccount !== undefined) this.#publish(systemAccount, advisory, source);
  }

  #publish(account: string, { subject, body }: Advisory, source: number): void {
    // Names inside have a char a byte.
    this.#options.outbox.publish(account, subject, Buffer.from(JSON.stringify(body), 'latin1'), 0, source);
  }
}
