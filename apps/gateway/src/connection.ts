import type { Way } from '@skein/accounts';
import type { Channel, ChannelHandler, Link, Timer } from '@skein/bus';
import type { PeerCertificate } from '@skein/bus/questions';
import type { ConnectionPermissions } from '@skein/permissions';
import { type ParseFault, Parser, type PubLine } from '@skein/protocol';
import { subjectFromText, subjectText } from '@skein/subjects';
import type { Account } from './account.ts';
import { type ConnectOptions, defaultConnectOptions } from './connect-options.ts';
import type { Gateway } from './gateway.ts';
import { connect } from './handlers/connect.ts';
import { fault } from './handlers/fault.ts';
import { ping, pong } from './handlers/ping.ts';
import { publish } from './handlers/pub.ts';
import { subscribe } from './handlers/sub.ts';
import { endSubscription, unsubscribe } from './handlers/unsub.ts';
import { Output } from './output.ts';
import type { ToldInfo } from './request-info.ts';
import type { Route } from './route.ts';
import type { Subscription } from './subscription.ts';
import { traceConnect, traceIn, traceOut } from './trace.ts';

/** What is known of the other end before it says anything. */
export interface Origin {
  readonly host: string;
  readonly port: number;
  /** How it came in, in the configuration's words. */
  readonly kind: 'STANDARD' | 'WEBSOCKET';
  readonly tls: TlsState | null;
  /** Credentials from WebSocket cookies, added to a CONNECT that has none. */
  readonly cookies: Partial<ConnectOptions> | null;
  /** As a proxy says whom it forwards for; log lines name it. */
  readonly forwardedFor?: string;
}

export interface TlsState {
  /** As Node names it: `TLSv1.3`. */
  readonly version: string;
  readonly cipher: string;
  /** Of a verified client certificate, RFC 2253; '' for none. */
  readonly subject: string;
  readonly names: readonly string[];
  /** Its verified chain as PEM, its own first. Made when asked for: few want it. */
  readonly chain: () => string[];
  /** What the other end showed, its own first. */
  readonly certificates: readonly PeerCertificate[];
  /** The handshake came before INFO. */
  readonly first: boolean;
}

/** PONGs held until links have been worked through as far as this connection's own publishes. */
export interface HeldPong {
  readonly marks: ReadonlyMap<Link, number>;
  /** More than one when PINGs follow with nothing published in between: none may be answered before the first. */
  pongs: number;
}

/**
 * One client. The wire is a `Channel` (TCP, TLS, WebSocket, or memory in tests); what its verbs do stands in
 * `handlers/`.
 */
export class Connection implements ChannelHandler {
  readonly gateway: Gateway;
  readonly channel: Channel;
  readonly origin: Origin;
  readonly cid: number;
  readonly output: Output;
  readonly parser: Parser<Route>;
  /** '' when none was asked to be signed. */
  readonly nonce: string;
  /** Whether it holds one of the node's connection slots. */
  readonly granted: boolean;
  /** Known once the handshake is done. */
  tls: TlsState | null;
  readonly subscriptions = new Map<string, Subscription>();
  readonly startedMs: number;
  readonly startedWallMs: number;

  options: ConnectOptions = defaultConnectOptions();
  /** Null until the connection may do anything but CONNECT. */
  account: Account | null = null;
  permissions: ConnectionPermissions | null = null;
  /** As monitoring shows it. */
  user = '';
  connectReceived = false;
  /** Admitted once already: a second CONNECT brings no INFO and no early PING. */
  greeted = false;
  isClosed = false;
  /** Its INFO says so: it had better go to another server. */
  lameDuck: boolean;
  /** Set while the bytes to be flushed at the end of the turn are registered with the gateway. */
  dirty = false;
  payloadBytesMax: number;
  subscriptionsMax: number;
  /** What the user is limited to, beside its account and the server; 0: nothing. */
  /** What the auth-resolver wants to see when it is asked about this connection again; '' is nothing. */
  grant = '';
  userPayloadBytesMax = 0;
  userSubscriptionsMax = 0;
  /** What the last service of another account was told of it, and what that was made of. */
  toldServices: { way: Way; account: Account | null; rttMs: number; info: ToldInfo } | null = null;

  inMsgs = 0;
  inBytes = 0;
  outMsgs = 0;
  outBytes = 0;
  lastActiveWallMs: number;
  #messagesSeen = 0;
  rttMs = 0;

  pingsOut = 0;
  pingSentMs = 0;
  pingTimer: Timer | null = null;
  authTimer: Timer | null = null;
  expiryTimer: Timer | null = null;
  /** When its credentials end; 0: never. */
  expiresUnixMs = 0;
  /** INFO is sent once more, after the first PONG that follows CONNECT. */
  connectInfoDue = false;

  /** The newest declaration that a PING or publish of this client must wait for. */
  unsettled = 0;
  /** A SUB's +OK waits until it is settled. */
  okDue = false;
  #turn = 0;
  #turnBytes = 0;
  /** Producers that wait for this connection to take what it was sent. */
  waiters: Set<Connection> | null = null;
  /** Set when this connection produces faster than somebody takes it. */
  stalled = false;
  stallTimer: Timer | null = null;
  readonly heldPongs: HeldPong[] = [];
  /** Whether anything of this connection went over a link since it last was known to have arrived. */
  publishedRemotely = false;

  constructor(gateway: Gateway, channel: Channel, origin: Origin, cid: number, nonce: string, granted: boolean) {
    this.gateway = gateway;
    this.channel = channel;
    this.origin = origin;
    this.cid = cid;
    this.nonce = nonce;
    this.granted = granted;
    this.tls = origin.tls;
    this.lameDuck = gateway.lameDuck;
    this.output = new Output(gateway.pool, channel);
    this.parser = new Parser<Route>(this, gateway.parserLimits);
    this.payloadBytesMax = gateway.settings.maxPayloadBytes;
    this.subscriptionsMax = gateway.settings.maxSubscriptions > 0 ? gateway.settings.maxSubscriptions : Infinity;
    this.startedMs = gateway.runtime.now();
    this.startedWallMs = gateway.runtime.wallMs();
    this.lastActiveWallMs = this.startedWallMs;
  }

  // ---------------------------------------------------------------- the channel

  data(buffer: Buffer, start: number, end: number): void {
    this.read(buffer, start, end, false);
  }

  /** As `data`; `headroom` says that the bytes before `start` are free to write. */
  read(buffer: Buffer, start: number, end: number, headroom: boolean): void {
    if (this.isClosed) return;
    if (
      this.account === null &&
      !this.connectReceived &&
      !startsConnect(buffer[start]) &&
      this.parser.keptBytes === 0
    ) {
      this.gateway.admission.speaksUnasked(this);
    }
    try {
      this.parser.feed(buffer, start, end, headroom);
    } catch (error) {
      this.failed(error);
    }
    this.noteMessages();
    if (this.isClosed) return;
    if (this.stalled) this.gateway.stalls.stall(this);
    else this.#spend(end - start);
  }

  /** Messages in either direction show that it is in use; keeping it alive (PING, PONG) does not (nats-server 2.15). */
  noteMessages(): void {
    const messages = this.inMsgs + this.outMsgs;
    if (messages === this.#messagesSeen) return;
    this.#messagesSeen = messages;
    this.#isActive();
  }

  #isActive(): void {
    this.lastActiveWallMs = this.gateway.turn.wallMs();
  }

  /** One client must not have a whole turn: what is beyond its share waits for the next. */
  #spend(bytes: number): void {
    const turn = this.gateway.turn.number;
    this.#turnBytes = this.#turn === turn ? this.#turnBytes + bytes : bytes;
    this.#turn = turn;
    if (this.#turnBytes >= TURN_BYTES_MAX && !this.parser.halted) this.gateway.turn.yield(this);
  }

  /** A defect of ours met by this client's bytes must not cost the others their connections. */
  failed(error: unknown): void {
    this.gateway.log.error(`${this.label()} - ${error instanceof Error ? error.stack : String(error)}`);
    this.gateway.close(this, 'Internal Error');
  }

  drain(): void {
    this.gateway.slow.drained(this);
    this.gateway.stalls.drained(this);
  }

  closed(_reason: string): void {
    this.gateway.close(this, 'Client Closed');
  }

  // ---------------------------------------------------------------- the parser

  connect(json: string): void {
    this.#isActive();
    if (this.gateway.settings.trace) traceConnect(this, json);
    connect(this, json);
  }

  publish(line: PubLine<Route>, payload: Buffer, start: number, end: number): void {
    publish(this, line, payload, start, end);
  }

  subscribe(subject: string, queue: string, sid: string): void {
    this.#isActive();
    if (this.gateway.settings.trace) {
      traceIn(this, `SUB ${subjectText(subject)} ${queue === '' ? '' : `${subjectText(queue)} `}${sid}`);
    }
    subscribe(this, subject, queue, sid);
  }

  unsubscribe(sid: string, max: number): void {
    this.#isActive();
    if (this.gateway.settings.trace) traceIn(this, `UNSUB ${sid}${max === 0 ? '' : ` ${max}`}`);
    unsubscribe(this, sid, max);
  }

  ping(): void {
    if (this.gateway.settings.trace) traceIn(this, 'PING');
    ping(this);
  }

  pong(): void {
    if (this.gateway.settings.trace) traceIn(this, 'PONG');
    pong(this);
  }

  peerError(text: string): void {
    this.gateway.log.error(`${this.label()} - Client Error ${text}`);
    this.gateway.close(this, 'Parse Error');
  }

  /** Nothing may overtake a subscription that other gateways don't know yet. */
  mayPass(): boolean {
    if (this.gateway.isSettled(this.unsettled)) {
      this.parser.gated = false;
      return true;
    }
    this.gateway.settling.wait(this);
    return false;
  }

  fault(kind: ParseFault, detail: string): void {
    fault(this, kind, detail);
  }

  // ---------------------------------------------------------------- what others do with it

  /** Queues a protocol line (CR LF included), one char per byte, to be sent at the end of the turn. */
  send(text: string): void {
    if (this.gateway.settings.trace && !text.startsWith('INFO')) {
      traceOut(this, subjectText(text.trimEnd().replaceAll("'", '')));
    }
    const { output } = this;
    output.reserve(text.length, this.gateway.runtime.now());
    output.at += output.buffer.write(text, output.at, 'latin1');
    this.gateway.turn.markDirty(this);
  }

  sendInfo(): void {
    this.send(subjectFromText(this.gateway.info(this)));
  }

  /** Only a client that says it follows INFO gets one that it did not ask for. */
  sendLameDuck(): void {
    this.lameDuck = true;
    if (this.options.protocol >= 1) this.sendInfo();
  }

  ok(): void {
    if (this.options.verbose) this.send('+OK\r\n');
  }

  sendError(text: string): void {
    this.send(subjectFromText(`-ERR '${text}'\r\n`));
  }

  remove(subscription: Subscription): void {
    endSubscription(this, subscription);
  }

  /** How log lines name it: address, id, and what it has said of itself. */
  label(): string {
    const { name, lang, version, nkey, user, jwt, authToken } = this.options;
    const { host, port, kind, forwardedFor } = this.origin;
    const via = forwardedFor ? `${forwardedFor}/` : '';
    let label = `${via}${host}:${port} - ${kind === 'WEBSOCKET' ? 'wid' : 'cid'}:${this.cid}`;
    if (!this.greeted) return label;
    const client = [version === '' ? '' : `v${version}`, lang, name].filter((part) => part !== '').join(':');
    if (client !== '') label += ` - "${client}"`;
    if (this.account === null) return label;
    const said = [nkey && `nkey:${nkey}`, user && `user:${user}`, jwt && `jwt:${this.user}`, authToken && 'token'];
    const who = said.find((part) => part !== '');
    const { name: id, nameTag } = this.account;
    if (who !== undefined) label += ` - "${id === nameTag ? id : `${id}/${nameTag}`}/${who}"`;
    return label;
  }
}

/** Two full reads. The system would hand over up to 32 in a row. */
const TURN_BYTES_MAX = 512 * 1024;

function startsConnect(byte: number): boolean {
  return byte === 0x43 || byte === 0x63;
}
