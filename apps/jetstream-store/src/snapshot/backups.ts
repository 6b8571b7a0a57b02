import {
  type AdvisoryClient,
  ApiError,
  apiErrors,
  checkStreamConfig,
  readRestoreRequest,
  readSnapshotRequest,
  type StreamConfig,
  streamState,
  timeText,
} from '@skein/jetstream-core';
import { GATEWAY_BYTES } from '../address.ts';
import type { Agenda, Appointment } from '../agenda.ts';
import type { Clock } from '../clock.ts';
import type { Notices } from '../host.ts';
import type { Address, HostedStream, JetStreamAccount } from '../hosting.ts';
import type { Log } from '../options.ts';
import type { LinkOutbox } from '../outbox.ts';
import { storeUnavailable } from '../store-errors.ts';
import type { Restoration } from './restoration.ts';
import { Sending } from './sending.ts';
import { configOf, stateOf } from './stream-archive.ts';

/** What clients send while a backup is made or put back. */
export const BACKUP_PREFIX = '$JS.SNAPSHOT.';
const ACK_PREFIX = '$JS.SNAPSHOT.ACK.';
const RESTORE_PREFIX = '$JS.SNAPSHOT.RESTORE.';

/** The `nats` CLI subscribes to where the backup goes when it has the answer, and would miss what comes with it. */
const BEGIN_MS = 30;
const CHUNK_BYTES = 128 * 1024;
const CHUNK_BYTES_MIN = 1024;
const CHUNK_BYTES_MAX = 1024 * 1024;
const WINDOW_BYTES = 8 * 1024 * 1024;
const WINDOW_BYTES_MAX = 32 * 1024 * 1024;
/** A backup of which nothing was acknowledged for so long is given up; one that is put back, after the other. */
const ACK_MS = 5000;
const RESTORE_MS = 120_000;
/** At once, of each kind. */
const SESSIONS_MAX = 32;
/** Of a backup that is put back, received and not worked through. */
const WAITING_BYTES_MAX = 32 * 1024 * 1024;
const NO_FLOW = Buffer.from('NATS/1.0 408 No Flow Response\r\n\r\n');
const nothing = Buffer.alloc(0);

export interface BackupsHost {
  readonly clock: Clock;
  readonly agenda: Agenda;
  readonly outbox: LinkOutbox;
  readonly notices: Notices;
  readonly logger: Log;
  /** Unique. */
  newId(): string;
}

interface SnapshotSession {
  readonly sending: Sending;
  /** Goes on, when it waits for an acknowledgement. */
  wake: () => void;
}

interface RestoreSession {
  readonly account: JetStreamAccount;
  readonly restoration: Restoration;
  readonly client: AdvisoryClient;
  readonly start: string;
  readonly idle: Appointment;
  /** Why it cannot become anything: told at its end. */
  failure: Error | undefined;
  bytes: number;
  waitingBytes: number;
  /** What has arrived is worked through one after the other. */
  last: Promise<void>;
}

/** Backups of streams under way, both ways (`STREAM.SNAPSHOT`, `STREAM.RESTORE`). */
export class Backups {
  readonly #host: BackupsHost;
  readonly #snapshots = new Map<string, SnapshotSession>();
  readonly #restores = new Map<string, RestoreSession>();

  constructor(host: BackupsHost) {
    this.#host = host;
  }

  /**
   * Begins to send a backup a moment after the answer.
   *
   * @param text of the request
   * @param address where its answer goes; the backup goes by the same gateway
   * @returns what is answered
   * @throws ApiError
   */
  async snapshot(stream: HostedStream, text: string, address: Address, client: AdvisoryClient): Promise<object> {
    const { deliverSubject, withConsumers, chunkBytes, windowBytes } = readSnapshotRequest(text);
    if (this.#snapshots.size >= SESSIONS_MAX) throw storeUnavailable();
    const { clock, notices, outbox } = this.#host;
    const image = await stream.image();
    const chunk = between(CHUNK_BYTES_MIN, chunkBytes === 0 ? CHUNK_BYTES : chunkBytes, CHUNK_BYTES_MAX);
    const window = between(chunk, windowBytes <= 0 ? WINDOW_BYTES : windowBytes, WINDOW_BYTES_MAX);
    const id = this.#host.newId();
    const to = address.slice(0, GATEWAY_BYTES) + deliverSubject;
    const session: SnapshotSession = {
      wake: () => {},
      sending: new Sending(
        {
          send: (reply, content, headerBytes) => outbox.deliver(stream.account, to, '', reply, content, headerBytes),
          acknowledged: () => this.#acknowledged(session),
          turn: () => new Promise((resolve) => setImmediate(resolve)),
        },
        {
          image,
          now: clock.now(),
          withConsumers,
          chunkBytes: chunk,
          windowBytes: window,
          replyPrefix: `${ACK_PREFIX}${stream.name}.${id}.${chunk}.`,
        },
      ),
    };
    this.#snapshots.set(id, session);
    const start = this.#now();
    const config = configOf(image);
    const state = stateOf(image);
    notices.snapshotCreated(stream, state, client);
    const fail = (error: Error): void => {
      this.#host.logger.warn(`Snapshot for stream '${stream.account} > ${stream.name}' failed: ${error.message}`);
      outbox.deliver(stream.account, to, '', '', NO_FLOW, NO_FLOW.length);
    };
    const begin = (): void => {
      session.sending
        .run()
        .catch(fail)
        .finally(() => {
          this.#snapshots.delete(id);
          notices.snapshotCompleted(stream, start, client);
          return image.close();
        });
    };
    this.#host.agenda.plan({ dueAt: Number.POSITIVE_INFINITY, due: begin }, clock.tick() + BEGIN_MS);
    return { config, state };
  }

  /** @param name as the request's subject has it. @returns what is answered. @throws ApiError */
  async restore(account: JetStreamAccount, name: string, text: string, client: AdvisoryClient): Promise<object> {
    const requested = readRestoreRequest(text);
    if (requested.name !== undefined && requested.name !== name) throw apiErrors.streamMismatch();
    if (account.configOf(name) !== undefined) throw apiErrors.streamNotRestorable();
    const config = checkStreamConfig({ ...requested, name });
    if (this.#restores.size >= SESSIONS_MAX) throw storeUnavailable();
    const restoration = await account.restore(config as StreamConfig);
    const subject = `${RESTORE_PREFIX}${name}.${this.#host.newId()}`;
    const session: RestoreSession = {
      ...{ account, restoration, client, start: this.#now() },
      idle: { dueAt: Number.POSITIVE_INFINITY, due: () => this.#abandon(subject) },
      ...{ failure: undefined, bytes: 0, waitingBytes: 0, last: Promise.resolve() },
    };
    this.#restores.set(subject, session);
    this.#await(session);
    this.#host.notices.restoreCreated(account.name, name, client);
    return { deliver_subject: subject };
  }

  /** A message that begins with `BACKUP_PREFIX`. @param content is copied */
  deliver(subject: string, reply: Address, content: Buffer): void {
    if (subject.startsWith(ACK_PREFIX)) {
      const [id = '', , chunk] = subject.split('.').slice(-3);
      const session = this.#snapshots.get(id);
      session?.sending.acknowledge(Number(chunk) || 0);
      session?.wake();
      return;
    }
    const session = this.#restores.get(subject);
    if (session !== undefined) this.#received(subject, session, reply, content);
  }

  #received(subject: string, session: RestoreSession, reply: Address, content: Buffer): void {
    this.#await(session);
    const { length } = content;
    session.bytes += length;
    if (session.waitingBytes + length > WAITING_BYTES_MAX) session.failure ??= new Error('too much at once');
    if (length === 0) {
      this.#restores.delete(subject);
      this.#host.agenda.plan(session.idle, Number.POSITIVE_INFINITY);
      session.last = session.last.then(() => this.#finish(session, reply));
      return;
    }
    const bytes = session.failure === undefined ? Buffer.from(content) : nothing;
    session.waitingBytes += bytes.length;
    session.last = session.last.then(() => this.#take(session, bytes, reply));
  }

  async #take(session: RestoreSession, bytes: Buffer, reply: Address): Promise<void> {
    try {
      if (session.failure === undefined) await session.restoration.push(bytes);
    } catch (error) {
      session.failure ??= error as Error;
      session.restoration.abandon();
    }
    session.waitingBytes -= bytes.length;
    this.#host.outbox.reply(session.account.name, reply, nothing, 0);
  }

  async #finish(session: RestoreSession, reply: Address): Promise<void> {
    const { account, restoration, client, start, bytes } = session;
    const { name } = restoration.config;
    const response = await this.#restored(session);
    this.#host.notices.restoreCompleted(account.name, name, start, bytes, client);
    this.#host.outbox.answer(account.name, reply, JSON.stringify(response));
  }

  async #restored({ account, restoration, failure, bytes }: RestoreSession): Promise<object> {
    const type = 'io.nats.jetstream.api.v1.stream_create_response';
    try {
      if (failure !== undefined) throw failure;
      const { stream, created, consumers } = await account.adoptRestored(restoration);
      return {
        ...{ type, config: stream.config, created: timeText(created.seconds, created.nanos) },
        state: streamState(stream, consumers.size).state,
      };
    } catch (error) {
      restoration.abandon();
      const { message } = error as Error;
      const why = error instanceof ApiError ? `error adding stream: ${message} (${error.errorCode})` : message;
      this.#host.logger.warn(
        `Restore failed for ${bytes} bytes for stream '${account.name} > ${restoration.config.name}': ${why}`,
      );
      return { type, error: apiErrors.streamRestoreFailed(why) };
    }
  }

  #abandon(subject: string): void {
    const session = this.#restores.get(subject);
    if (session === undefined) return;
    const { account, restoration, client, start, bytes } = session;
    this.#restores.delete(subject);
    session.last = session.last.then(() => restoration.abandon());
    this.#host.logger.warn(
      `Restore for stream '${account.name} > ${restoration.config.name}' was given up: it stalled`,
    );
    this.#host.notices.restoreCompleted(account.name, restoration.config.name, start, bytes, client);
  }

  #await({ idle }: RestoreSession): void {
    const { agenda, clock } = this.#host;
    agenda.plan(idle, clock.tick() + RESTORE_MS);
  }

  #acknowledged(session: SnapshotSession): Promise<void> {
    const { agenda, clock } = this.#host;
    return new Promise((resolve, reject) => {
      const stalled: Appointment = {
        dueAt: Number.POSITIVE_INFINITY,
        due: () => reject(new Error('no flow response')),
      };
      session.wake = () => {
        agenda.plan(stalled, Number.POSITIVE_INFINITY);
        resolve();
      };
      agenda.plan(stalled, clock.tick() + ACK_MS);
    });
  }

  #now(): string {
    const { seconds, nanos } = this.#host.clock.now();
    return timeText(seconds, nanos);
  }
}

const between = (min: number, value: number, max: number): number => Math.max(min, Math.min(value, max));
