import type { Channel, Link, Member, Runtime } from '@skein/bus';
import { errors } from '@skein/errors';
import { subjectText } from '@skein/subjects';
import { Account } from './account.ts';
import { AccountDefinitions } from './account-definitions.ts';
import { AccountPlaces } from './account-places.ts';
import { Admission } from './admission.ts';
import { BufferPool } from './buffer-pool.ts';
import { ClosedConnections } from './closed-connections.ts';
import { Connection, type Origin } from './connection.ts';
import { closedRecordOf } from './connection-record.ts';
import { emptyMessage, type Message } from './deliver.ts';
import { HeldPongs } from './held-pongs.ts';
import { Interchange } from './interchange.ts';
import type { MessageTrace } from './message-trace.ts';
import type { Route } from './route.ts';
import { routeMessage } from './routing.ts';
import { type Settings, settingsOf } from './settings.ts';
import { Settling } from './settling.ts';
import { SlowConsumers } from './slow-consumers.ts';
import { Stalls } from './stalls.ts';
import type { SystemEvents } from './system-events.ts';
import { Turn } from './turn.ts';

export interface Log {
  error(text: string): void;
  warn(text: string): void;
  info(text: string): void;
  debug(text: string): void;
  trace(text: string): void;
}

export interface GatewayParts {
  readonly member: Member;
  readonly runtime: Runtime;
  readonly log: Log;
  /** Whom messages can be sent to; absent: the member's own. */
  readonly links?: ReadonlyMap<number, Link>;
  settings: Settings;
  /** The INFO line of a new or changed connection. */
  info(connection: Connection): string;
  /** The node's; absent where nobody can ask. */
  serverName?(): string;
  /** A message's trace as it is published; absent where nobody can have it. */
  report?(trace: MessageTrace): Buffer;
}

const OUTPUT_BUFFER_BYTES = 64 * 1024;
const FREE_BUFFER_BYTES_MAX = 16 * 1024 * 1024;
const REDECLARED_PER_TURN = 10_000;

/** The clients of this process: who they are, what they wait for, and when what they are told leaves. */
export class Gateway {
  readonly member: Member;
  readonly runtime: Runtime;
  readonly log: Log;
  /** Whom messages can be sent to. */
  readonly links: ReadonlyMap<number, Link>;
  readonly admission: Admission;
  readonly definitions = new AccountDefinitions(this);
  readonly places = new AccountPlaces(this);
  readonly interchange: Interchange;
  readonly settling: Settling;
  readonly heldPongs: HeldPongs;
  readonly turn: Turn;
  readonly slow = new SlowConsumers(this);
  readonly stalls = new Stalls(this);
  readonly pool = new BufferPool(OUTPUT_BUFFER_BYTES, FREE_BUFFER_BYTES_MAX);
  readonly accounts = new Map<string, Account>();
  readonly connections = new Map<number, Connection>();
  readonly closed = new ClosedConnections();
  readonly parserLimits = { controlLineBytesMax: 0, payloadBytesMax: 0 };
  readonly counters = {
    inMsgs: 0,
    inBytes: 0,
    outMsgs: 0,
    outBytes: 0,
    totalConnections: 0,
    slowConsumers: 0,
    staleConnections: 0,
    stalledClients: 0,
    parseErrors: 0,
    authFailures: 0,
  };
  /** The message being routed: one is enough, and none is made per message. */
  readonly message = emptyMessage();
  settings: Settings;
  /** Whether this gateway is about to go: see `LameDuck`. */
  lameDuck = false;
  /** Absent where there is no system account. */
  events: SystemEvents | null = null;

  /** The INFO line of a connection, as things stand. */
  readonly info: (connection: Connection) => string;
  readonly #report: GatewayParts['report'];
  readonly #serverName: GatewayParts['serverName'];

  constructor(parts: GatewayParts) {
    this.member = parts.member;
    this.runtime = parts.runtime;
    this.log = parts.log;
    this.links = parts.links ?? parts.member.links;
    this.settings = parts.settings;
    this.info = parts.info;
    this.#report = parts.report;
    this.#serverName = parts.serverName;
    this.admission = new Admission(this);
    this.interchange = new Interchange(this);
    this.settling = new Settling(parts.member, (connection) => this.proceed(connection));
    this.heldPongs = new HeldPongs(parts.member);
    this.turn = new Turn(parts.runtime, (connection, nowMs) => {
      connection.noteMessages();
      this.slow.flush(connection, nowMs);
    });
    this.applySettings(parts.settings);
  }

  applySettings(settings: Settings): void {
    this.settings = settings;
    this.closed.keep(settings.maxClosedClients);
    this.parserLimits.controlLineBytesMax = settings.maxControlLineBytes;
    // A negative limit is none; sizes have at most nine digits anyway.
    this.parserLimits.payloadBytesMax =
      settings.maxPayloadBytes < 0 ? Number.MAX_SAFE_INTEGER : settings.maxPayloadBytes;
  }

  account(name: string): Account {
    let account = this.accounts.get(name);
    if (account === undefined) {
      account = new Account(name, this.interchange);
      this.accounts.set(name, account);
    }
    return account;
  }

  // ---------------------------------------------------------------- connections

  /** A new client: registered, told INFO, and timed. Without a slot it is told so, and closed. */
  accept(channel: Channel, origin: Origin, cid: number, nonce: string, granted: boolean): Connection {
    const connection = new Connection(this, channel, origin, cid, nonce, granted);
    this.connections.set(cid, connection);
    this.counters.totalConnections++;
    connection.sendInfo();
    this.log.debug(`${connection.label()} - Client connection created`);
    if (!granted) {
      connection.sendError(errors.maximumConnectionsExceeded.text);
      this.close(connection, 'Maximum Connections Exceeded');
      return connection;
    }
    this.admission.begin(connection);
    this.schedulePing(connection, settingsOf(this.settings, connection.origin.kind).pingIntervalMs);
    return connection;
  }

  refusePublish(connection: Connection, latin1: string): void {
    const subject = subjectText(latin1);
    connection.sendError(errors.publishPermissionsViolation.about(subject));
    this.log.error(`${connection.label()} - Publish Violation - Subject "${subject}"`);
  }

  /** Ends a connection: what it was told so far is sent, then the wire is closed. Idempotent. */
  close(connection: Connection, reason: string): void {
    if (connection.isClosed) return;
    connection.isClosed = true;
    this.closed.add(closedRecordOf(connection, reason, this.turn.wallMs()));
    connection.parser.end();
    connection.pingTimer?.cancel();
    connection.authTimer?.cancel();
    connection.expiryTimer?.cancel();
    this.#withdraw(connection);
    connection.output.finish();
    connection.output.discard();
    connection.channel.close(reason);
    this.connections.delete(connection.cid);
    this.#count(connection);
    connection.account?.leave(connection);
    this.places.giveAll(connection);
    this.slow.forget(connection);
    this.settling.forget(connection);
    this.heldPongs.forget(connection);
    this.stalls.forget(connection);
    if (connection.granted) this.member.connections.close();
    this.log.debug(`${connection.label()} - Client connection closed: ${reason}`);
    this.events?.disconnected(connection, reason);
  }

  /** What closed connections have moved stays in the sums. */
  #count(connection: Connection): void {
    const { counters } = this;
    counters.inMsgs += connection.inMsgs;
    counters.inBytes += connection.inBytes;
    counters.outMsgs += connection.outMsgs;
    counters.outBytes += connection.outBytes;
  }

  /** Everything that is counted, open connections included; read when asked, not kept per message. */
  figures() {
    const { counters } = this;
    const open = { inMsgs: 0, inBytes: 0, outMsgs: 0, outBytes: 0 };
    let subscriptions = 0;
    for (const connection of this.connections.values()) {
      open.inMsgs += connection.inMsgs;
      open.inBytes += connection.inBytes;
      open.outMsgs += connection.outMsgs;
      open.outBytes += connection.outBytes;
      subscriptions += connection.subscriptions.size;
    }
    return {
      ...counters,
      inMsgs: counters.inMsgs + open.inMsgs,
      inBytes: counters.inBytes + open.inBytes,
      outMsgs: counters.outMsgs + open.outMsgs,
      outBytes: counters.outBytes + open.outBytes,
      connections: this.connections.size,
      subscriptions,
      open,
      closedByReason: this.closed.byReason,
    };
  }

  #withdraw(connection: Connection): void {
    const { account } = connection;
    if (account === null) return;
    for (const subscription of connection.subscriptions.values()) {
      const left = account.remove(subscription);
      if (left >= 0) this.declare(null, account, subscription.subject, subscription.queue, left);
    }
    connection.subscriptions.clear();
  }

  // ---------------------------------------------------------------- interest

  /**
   * Tells the node how many subscriptions there are on a pattern now.
   *
   * @param waits whose PINGs and publishes come after this is settled
   */
  declare(waits: Connection | null, account: Account, subject: string, queue: string, weight: number): void {
    const sequence = this.member.declare(account.name, subject, queue, weight);
    if (waits === null || this.member.settled(sequence)) return;
    waits.unsettled = sequence;
    waits.parser.gated = true;
  }

  /** The router wants to hear everything again. */
  *redeclare(emit: (account: string, subject: string, queue: string, weight: number) => void): Generator<undefined> {
    let emitted = 0;
    for (const account of this.accounts.values()) {
      for (const { subject, queue, weight } of account.local.weights()) {
        emit(account.name, subject, queue, weight);
        if (++emitted % REDECLARED_PER_TURN === 0) yield;
      }
    }
    for (const { account, subject, weight } of this.places.declared()) emit(account, subject, '', weight);
  }

  isSettled(sequence: number): boolean {
    return this.member.settled(sequence);
  }

  /** The bus says: everything declared up to here is known to every gateway. */
  settled(sequence: number): void {
    this.settling.settled(sequence);
    this.places.settled(sequence);
  }

  /** Goes on with a connection whose parser was halted. */
  proceed(connection: Connection): void {
    connection.channel.resume();
    try {
      connection.parser.resume();
    } catch (error) {
      connection.failed(error);
    }
    if (connection.stalled && !connection.isClosed) this.stalls.stall(connection);
  }

  // ---------------------------------------------------------------- messages

  /** Routes a message; `answered`: tell the sender when nobody is there (no_responders). */
  route(from: Connection, account: Account, route: Route, message: Message, answered: boolean): number {
    return routeMessage(from, account, route, message, this.links, this.runtime, answered ? from.cid : 0);
  }

  /** Sends what was found out about a message to where it asked for it. */
  publishTrace(from: Connection, account: Account, trace: MessageTrace): void {
    const { destination } = trace;
    const subject = Buffer.from(destination);
    if (this.#report === undefined) return;
    if (!trace.isWanted && from.permissions?.canPublish(subject.toString('latin1')) === false) return;
    this.publish(account, subject, this.#report(trace));
  }

  /** The server's own word, to whoever listens for it in the account. Not while a message is being routed. */
  publish(account: Account, subject: Buffer, payload: Buffer, headerBytes = 0): void {
    const { message } = this;
    message.subject = subject;
    message.subjectStart = 0;
    message.subjectEnd = subject.length;
    message.replyEnd = message.replyStart;
    message.headerBytes = headerBytes;
    message.payload = payload;
    message.payloadStart = 0;
    message.payloadEnd = payload.length;
    message.trace = null;
    const route = account.route(subject, 0, subject.length);
    routeMessage(null, account, route, message, this.links, this.runtime, 0);
  }

  get serverName(): string {
    return this.#serverName?.() ?? '';
  }

  /** Whoever waited for a link that has ended waits no more. */
  linkEnded(): void {
    this.heldPongs.acked();
    this.stalls.linksWritable();
  }

  // ---------------------------------------------------------------- pings

  schedulePing(connection: Connection, delayMs: number): void {
    connection.pingTimer?.cancel();
    connection.pingTimer = this.runtime.setTimer(delayMs, () => this.#pingDue(connection));
  }

  #pingDue(connection: Connection): void {
    if (connection.isClosed) return;
    if (connection.pingsOut >= this.settings.pingMax) {
      this.counters.staleConnections++;
      this.log.debug(`${connection.label()} - Stale Client Connection - Closing`);
      connection.sendError(errors.staleConnection.text);
      this.close(connection, 'Stale Connection');
      return;
    }
    connection.pingsOut++;
    connection.pingSentMs = this.runtime.now();
    connection.send('PING\r\n');
    this.schedulePing(connection, settingsOf(this.settings, connection.origin.kind).pingIntervalMs);
  }
}
