import type { Runtime } from './runtime.ts';
import type { Transport } from './transport.ts';

export type Component = 'router' | 'gateway' | 'auth-resolver' | 'monitor' | 'jetstream-store' | 'raft';

export interface Peer {
  /** Given by the router; never given to another process. */
  readonly id: number;
  readonly component: Component;
  readonly instance: number;
  /** Where its link socket listens. */
  readonly address: string;
  readonly pid: number;
}

export interface NodeIdentity {
  /** nkey of type N */
  serverId: string;
  serverName: string;
  /** The NATS version whose behaviour this is. */
  version: string;
  /** curve public key, type X */
  xkey: string;
  productVersion: string;
  startedUnixMs: number;
}

/** What the router says to a process that it has registered. */
export interface Registration {
  id: number;
  /** As peers know it: of a store the seat that the router has dealt it. */
  instance: number;
  epoch: number;
  identity: NodeIdentity;
  /** Revision of the configuration. */
  revision: number;
  /** The slice of the configuration that this component needs (see `@skein/config`), parsed. */
  configuration: unknown;
}

/** A list of byte ranges in the buffer of the message being handed out. Reused: valid during the call only. */
export interface Ranges {
  readonly count: number;
  start(index: number): number;
  end(index: number): number;
}

/** Interest changes, read one after the other. Reused: valid during the call only. */
export interface ChangeCursor {
  /** False after the last. */
  next(): boolean;
  readonly account: string;
  /** The pattern, one char per byte. */
  readonly subject: string;
  /** '' is plain interest. */
  readonly queue: string;
  /** Absolute number of subscriptions; 0: withdrawn. */
  readonly weight: number;
}

/**
 * A direct connection to another process of the node. Frames are collected and written once per turn.
 *
 * Sending never blocks and never throws. `false` means not taken: the link is down, or its hard bound is reached
 * (counted in `stats`); the message is then the caller's to answer for.
 */
export interface Link {
  readonly peer: Peer;
  readonly up: boolean;
  /** False while more than the window is in flight: stop reading whoever produces for it, until `handlers.writable`. */
  readonly writable: boolean;
  /** Deliver, Publish and Returned frames sent since the link opened, and how many of them the peer has processed. */
  readonly framesSent: number;
  readonly framesAcked: number;
  readonly bytesInFlight: number;

  /**
   * One message for this process. Subject, reply (start = end: none) and payload are copied out of the buffers
   * given. `queues[0..queueCount)` are the names of the groups in which one member there gets it. With `request` not 0 it
   * comes back by `handlers.returned` when nobody there received it. Receivers see `shown`, where it is given, in place of
   * the subject, which is where the message goes.
   */
  deliver(
    account: Buffer,
    subject: Buffer,
    subjectStart: number,
    subjectEnd: number,
    reply: Buffer,
    replyStart: number,
    replyEnd: number,
    headerBytes: number,
    payload: Buffer,
    payloadStart: number,
    payloadEnd: number,
    plain: boolean,
    queues: readonly Buffer[],
    queueCount: number,
    request: number,
    targets: number,
    shown?: Buffer,
    shownStart?: number,
    shownEnd?: number,
  ): boolean;

  /**
   * From an inner process to a gateway, which routes it as it would a client's. `shown` as for `deliver`. With a `request` of 1
   * to 2^32 - 1 it comes back by `handlers.returned`, with that number and without its content, when nobody in the node received it.
   */
  publish(
    account: Buffer,
    subject: Buffer,
    subjectStart: number,
    subjectEnd: number,
    reply: Buffer,
    replyStart: number,
    replyEnd: number,
    headerBytes: number,
    payload: Buffer,
    payloadStart: number,
    payloadEnd: number,
    shown?: Buffer,
    shownStart?: number,
    shownEnd?: number,
    request?: number,
  ): boolean;

  /** Hands a message back. Payload, headers and reply are needed only when queues are named. Exempt from the window. */
  returned(
    request: number,
    targets: number,
    account: Buffer,
    subject: Buffer,
    subjectStart: number,
    subjectEnd: number,
    reply: Buffer,
    replyStart: number,
    replyEnd: number,
    headerBytes: number,
    payload: Buffer,
    payloadStart: number,
    payloadEnd: number,
    queues: readonly Buffer[],
    queueCount: number,
    shown?: Buffer,
    shownStart?: number,
    shownEnd?: number,
  ): boolean;

  /** A gateway's word on what the peer watches. */
  watched(id: number, interested: boolean): void;

  /** Writes now what this turn has collected, rather than at its end. */
  flush(): void;
}

/**
 * Whether anybody in the node has a subscription that a subject matches, in its account or by the import of a stream: in one queue
 * group, or in none. Other inner processes do not count.
 */
export interface Watch {
  /** Every gateway has said what it has, or one that it has somebody. */
  readonly known: boolean;
  readonly isWanted: boolean;
  /**
   * To publish through: a gateway that has somebody, always the same one as long as it can be. Undefined though `isWanted`: it
   * changes just now, and what is published has to wait so that it stays in order.
   */
  readonly link: Link | undefined;
  end(): void;
}

export interface AuthRequest {
  connection: number;
  /** The CONNECT options as received. */
  connectJson: string;
  /** As sent in INFO; '' is none. */
  nonce: string;
  /** The client's address. */
  host: string;
  kind: string;
  tls: boolean;
  /** Of a verified client certificate, RFC 2253; '' is none. */
  certificateSubject: string;
  certificateNames: string[];
  /** `1.3`; '' without TLS. */
  tlsVersion?: string;
  /** IANA's name. */
  tlsCipher?: string;
  /** The chain that was verified, PEM, the client's own first. */
  certificates?: string[];
  /** Asked again about a live connection: what came with the answer that let it in. */
  grant?: string;
}

export interface SubjectRule {
  allow?: string[];
  deny?: string[];
}

export interface AuthPermissions {
  publish?: SubjectRule;
  subscribe?: SubjectRule;
  responses?: { max: number; expiresMs: number };
}

export type AuthResponse =
  | {
      allowed: true;
      account: string;
      /** As monitoring shows it, never a secret. */
      user: string;
      permissions?: AuthPermissions;
      /** 0: never */
      expiresUnixMs: number;
      /** What ends then is its account. */
      endsWithAccount?: boolean;
      /** 0: as configured; below: none. */
      subscriptionsMax: number;
      payloadBytesMax: number;
      /** What the auth-resolver wants to be shown when it is asked for this connection again. */
      grant?: string;
    }
  | {
      allowed: false;
      /** What the client is told; '' is Authorization Violation. */
      error: string;
      /** For the log. */
      reason: string;
      /** What the debug log says of it before. */
      detail?: string;
    };

/**
 * What a process does with what it is told. Byte ranges lie in `buf` and are valid during the call only; subjects are
 * raw bytes (one latin1 char each).
 */
export interface MemberHandlers {
  /** A link is up on this side. */
  peerUp?(link: Link): void;
  /**
   * A link has ended. Deliver frames that were not yet written came back by `undelivered` before this call;
   * `framesSent - framesAcked` more may be lost. Its interest counts no more from here on (forget it).
   */
  peerDown?(link: Link, reason: string): void;
  /** A process was dropped from the register (forget its interest), `reason` 'silent' when it missed its heartbeats. */
  peerLeft?(peer: Peer, reason: string): void;
  /** The link's window has opened again. */
  writable?(link: Link): void;
  /** `link.framesAcked` has risen. */
  acked?(link: Link): void;

  deliver?(
    link: Link,
    account: string,
    buf: Buffer,
    subjectStart: number,
    subjectEnd: number,
    replyStart: number,
    replyEnd: number,
    headerBytes: number,
    payloadStart: number,
    payloadEnd: number,
    plain: boolean,
    queues: Ranges,
    request: number,
    targets: number,
    /** As `shownEnd`: the subject. */
    shownStart: number,
    shownEnd: number,
  ): void;
  /** As `deliver` was called on a link that is gone: not sent, pick another. */
  undelivered?(
    link: Link,
    account: string,
    buf: Buffer,
    subjectStart: number,
    subjectEnd: number,
    replyStart: number,
    replyEnd: number,
    headerBytes: number,
    payloadStart: number,
    payloadEnd: number,
    plain: boolean,
    queues: Ranges,
    request: number,
    targets: number,
    /** As `shownEnd`: the subject. */
    shownStart: number,
    shownEnd: number,
  ): void;
  publish?(
    link: Link,
    account: string,
    buf: Buffer,
    subjectStart: number,
    subjectEnd: number,
    replyStart: number,
    replyEnd: number,
    headerBytes: number,
    payloadStart: number,
    payloadEnd: number,
    shownStart: number,
    shownEnd: number,
    request: number,
  ): void;
  returned?(
    link: Link,
    request: number,
    targets: number,
    account: string,
    buf: Buffer,
    subjectStart: number,
    subjectEnd: number,
    replyStart: number,
    replyEnd: number,
    headerBytes: number,
    payloadStart: number,
    payloadEnd: number,
    queues: Ranges,
    shownStart: number,
    shownEnd: number,
  ): void;

  /** A whole picture of what a process wants follows, in one or more `interest` calls with `snapshot`. */
  interestBegin?(declarer: number): void;
  /**
   * What another process wants (gateways only). `snapshot`: these changes belong to a whole picture of the declarer;
   * with the call where `last` is true, everything of it that was not named since `interestBegin` is withdrawn.
   * Applied when this returns. May come before the link to the declarer is up.
   */
  interest?(declarer: number, changes: ChangeCursor, snapshot: boolean, last: boolean): void;
  /** An inner process wants to know whether anybody here wants messages on a subject, in a queue group or in none (latin1): gateways answer by `watched`. */
  watch?(link: Link, id: number, account: string, subject: string, queue: string): void;
  unwatch?(link: Link, id: number): void;
  /**
   * The router wants to know everything again (it restarted): emit each pattern wanted, with its weight. May be a
   * generator: it is resumed once a turn, so that a million patterns don't hold the event loop; patterns that change
   * meanwhile are declared as ever.
   */
  redeclare?(
    emit: (account: string, subject: string, queue: string, weight: number) => void,
  ): undefined | Iterator<unknown>;
  /** Everything declared up to `sequence` is settled now. */
  settled?(sequence: number): void;

  /** This gateway's replica is complete and its links are known on both sides: it may accept clients. Once. */
  listen?(): void;

  /** A new configuration: undefined when it can be applied, else why not. Changes nothing yet. */
  check?(configuration: unknown): string | undefined | Promise<string | undefined>;
  /** Apply what was checked. Also called when a restarted router has another configuration than this process. */
  commit?(configuration: unknown, revision: number): void;
  /** Forget what was checked. */
  rollback?(): void;

  /** auth-resolver: who is this, and may it connect? A rejection is answered as refused. */
  authenticate?(request: AuthRequest, link: Link): AuthResponse | Promise<AuthResponse>;

  /** The first Welcome's registration is what `start` resolves to; this one comes with every later one too. */
  registered?(registration: Registration): void;

  /** Own figures, merged into the answer to `stats`. */
  stats?(): Record<string, unknown>;
  /** The router asks this process to stop (or refused it for good: then `refused` is true; exit with an error). */
  shutdown?(reason: string, refused: boolean): void;
}

export interface MemberLimits {
  /** In flight on a link before it is no longer `writable`. */
  windowBytes: number;
  /** In flight on a link to or from an inner process before messages are not taken any more. */
  innerBytesMax: number;
  /** In flight on a link between gateways before messages are not taken any more. */
  gatewayBytesMax: number;
  /** Returned frames in flight on a link. */
  returnedBytesMax: number;
  /** One frame. */
  frameBytesMax: number;
  /** Requests without an answer yet, all peers together. */
  requestsMax: number;
  heartbeatMs: number;
}

/** Who a process is, and where it and the router are found. */
export interface MemberIdentity {
  /** Counted per component: a second process with the same one takes the first one's place. */
  instance: number;
  /** A store beside another one in its process, in a seat that was vacant: the router asks it to end when a process comes that has none. Default: false. */
  guest?: boolean;
  /** The product's. */
  version: string;
  pid: number;
  /** Where this process listens for links. */
  address: string;
  routerAddress: string;
  /** Proves the component to the router. */
  token: Uint8Array;
}

/** What a process brings along for `createMember`, whatever its component. */
export interface MemberSurroundings extends MemberIdentity {
  runtime: Runtime;
  transport: Transport;
}

export interface MemberOptions extends MemberSurroundings {
  component: Component;
  /** Keeps a replica of the others' interest: gateways. */
  wantsInterest: boolean;
  handlers: MemberHandlers;
  limits?: Partial<MemberLimits>;
}

/** Connection slots (`max_connections` is exact over all gateways) and connection ids (never given twice). */
export interface ConnectionLeases {
  /** A new connection id, or 0: none at hand (the router is away for long); `idReady` tells. */
  nextId(): number;
  idReady(fn: () => void): void;
  /**
   * Takes a slot: `done(true)`, from within the call when one is at hand; `done(false)` when the limit is reached, or
   * the router did not answer for 2 s.
   */
  open(done: (granted: boolean) => void): void;
  /** Gives a granted slot back. */
  close(): void;
  /** Slots in use. */
  readonly used: number;
}

/** One process's place in the node. */
export interface Member {
  /** 0 before the first Welcome. */
  readonly id: number;
  /** Resolves when the router has registered this process; it retries until then. */
  start(): Promise<Registration>;
  /** Closes links (what was sent is written first) and the listening socket. */
  stop(): Promise<void>;

  /** Links that are up. */
  readonly links: ReadonlyMap<number, Link>;
  /** Processes in the register, this one excluded. */
  readonly peers: ReadonlyMap<number, Peer>;
  /** An up link to some process of the component (the lowest instance). */
  linkTo(component: Component): Link | undefined;
  readonly routerUp: boolean;

  /**
   * Says how many subscriptions this process has on a pattern now (absolute; 0 withdraws). Returns the number to wait
   * for with `settled`. Costs an append to this turn's batch.
   */
  declare(account: string, subject: string, queue: string, weight: number): number;
  /** The newest number given: whoever needs everything declared so far settled waits for this. */
  readonly sequence: number;
  /** Every gateway has applied what was declared up to this number. Always true for the only gateway. */
  settled(sequence: number): boolean;

  /**
   * Follows the interest in a subject (latin1, no wildcards), of a queue group ('' for who is in none). `changed` is called
   * whenever something of the answer has changed, never from within this call. Beyond
   * 100,000 at a time the answer is that it is wanted.
   */
  watch(account: string, subject: string, queue: string, changed: () => void): Watch;

  /** Asks a process (by id) or the router. The body is JSON text. Rejects with an Error: timeout, peer gone, refused. */
  request(to: number | 'router', method: string, body: string, timeoutMs: number): Promise<string>;
  /** Answers requests. `health` and `stats` are there already. */
  handle(method: string, fn: (body: string, from: Peer | undefined) => string | Promise<string>): void;

  /**
   * What this process answers to `stats`: memory, processor time, links, and what `handlers.stats` adds. With `glance` (a
   * request's body `GLANCE`) nothing is measured for it that was not measured anyway.
   */
  figures(glance?: boolean): Record<string, unknown>;

  /** Asks the auth-resolver. Rejects when there is none, or it does not answer in time. */
  authenticate(request: AuthRequest, timeoutMs: number): Promise<AuthResponse>;

  readonly connections: ConnectionLeases;
}

export type CreateMember = (options: MemberOptions) => Member;
