import type { Link, MemberHandlers, MemberLimits, Peer, Ranges } from './api.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { type FrameHandler, FrameReader } from './frame-reader.ts';
import type { DecodedFrame, FrameBody } from './messages.ts';
import type { Runtime, Timer } from './runtime.ts';
import type { Channel } from './transport.ts';

/** Acknowledgements that may wait for company wait for so long, or until so much was received. */
const PATIENT_MS = 5;
const PATIENT_BYTES = 16 * 1024;
/** So much that is on its way to clients is not kept until the turn ends: the gateway works on it while more is made. */
const EARLY_BYTES = 32 * 1024;

/** Bytes of one kind that were sent and that the peer has worked through. */
class Flow {
  sent = 0;
  acked = 0;

  get inFlight(): number {
    return this.sent - this.acked;
  }

  ack(bytes: number): void {
    if (bytes > this.acked && bytes <= this.sent) this.acked = bytes;
  }
}

/** What a link needs of the process that it belongs to. */
export interface LinkOwner {
  readonly handlers: MemberHandlers;
  /** Cold frames, and those of the handshake. */
  linkMessage(link: PeerLink, frame: DecodedFrame): void;
  linkDown(link: PeerLink, reason: string): void;
}

/**
 * One end of a direct connection to another process. It counts what it sends and what the peer says it has worked
 * through; the difference is in flight, wherever it is (collected here, in a socket, unread there).
 */
export class PeerLink implements Link, FrameHandler, ConnectionOwner {
  /** Set when the handshake has told. */
  peer!: Peer;
  up = false;
  framesSent = 0;
  framesAcked = 0;
  /** Frames that were not taken because a bound was reached. */
  framesRefused = 0;

  private readonly owner: LinkOwner;
  private readonly connection: Connection;
  private readonly limits: MemberLimits;
  private readonly windowed: Flow;
  private readonly handedBack: Flow;
  private bytesMax = 0;
  private congested = false;

  private framesReceived = 0;
  private bytesReceived = 0;
  private returnedReceived = 0;
  private ackDue = false;
  /** Of `bytesReceived` and `returnedReceived`, together, what the peer knows of. */
  private bytesAcked = 0;
  private acksPatiently = false;
  private ackTimer: Timer | null = null;
  private readonly runtime: Runtime;

  constructor(channel: Channel, runtime: Runtime, limits: MemberLimits, owner: LinkOwner) {
    this.owner = owner;
    this.runtime = runtime;
    this.limits = limits;
    this.windowed = new Flow();
    this.handedBack = new Flow();
    this.connection = new Connection(channel, runtime, this, this, limits.frameBytesMax);
  }

  get channelHandler(): Connection {
    return this.connection;
  }

  /**
   * The handshake is through. `bytesMax`: in flight before messages are not taken any more. `acksPatiently`: no PONG waits for its
   * acknowledgements, so that they may travel with what is said next.
   */
  establish(peer: Peer, bytesMax: number, acksPatiently = false): void {
    this.peer = peer;
    this.bytesMax = bytesMax;
    this.acksPatiently = acksPatiently;
    this.up = true;
  }

  get writable(): boolean {
    return this.up && !this.congested;
  }

  get bytesInFlight(): number {
    return this.windowed.inFlight;
  }

  get queuedBytes(): number {
    return this.connection.queuedBytes;
  }

  send(body: FrameBody): void {
    this.connection.send(body);
  }

  watched(id: number, interested: boolean): void {
    if (this.up) this.send({ watched: { id, interested } });
  }

  flush(): void {
    this.connection.flush();
  }

  close(): void {
    this.acksPatiently = false;
    this.connection.close();
  }

  destroy(reason: string): void {
    this.connection.destroy(reason);
  }

  // ------------------------------------------------------------ sending

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
    shown: Buffer = NOTHING,
    shownStart = 0,
    shownEnd = 0,
  ): boolean {
    if (!this.admits()) return false;
    this.sent(
      this.connection.writer.deliver(
        account,
        subject,
        subjectStart,
        subjectEnd,
        reply,
        replyStart,
        replyEnd,
        headerBytes,
        payload,
        payloadStart,
        payloadEnd,
        plain,
        queues,
        queueCount,
        request,
        targets,
        shown,
        shownStart,
        shownEnd,
      ),
    );
    return true;
  }

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
    shown: Buffer = NOTHING,
    shownStart = 0,
    shownEnd = 0,
    request = 0,
  ): boolean {
    if (!this.admits()) return false;
    this.sent(
      this.connection.writer.publish(
        account,
        subject,
        subjectStart,
        subjectEnd,
        reply,
        replyStart,
        replyEnd,
        headerBytes,
        payload,
        payloadStart,
        payloadEnd,
        shown,
        shownStart,
        shownEnd,
        request,
      ),
    );
    if (this.connection.writer.pending >= EARLY_BYTES) this.connection.flush();
    return true;
  }

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
    shown: Buffer = NOTHING,
    shownStart = 0,
    shownEnd = 0,
  ): boolean {
    if (!this.up) return false;
    if (this.handedBack.inFlight >= this.limits.returnedBytesMax) {
      this.framesRefused++;
      return false;
    }
    this.handedBack.sent += this.connection.writer.returned(
      request,
      targets,
      account,
      subject,
      subjectStart,
      subjectEnd,
      reply,
      replyStart,
      replyEnd,
      headerBytes,
      payload,
      payloadStart,
      payloadEnd,
      queues,
      queueCount,
      shown,
      shownStart,
      shownEnd,
    );
    this.framesSent++;
    this.connection.touch();
    return true;
  }

  private admits(): boolean {
    if (!this.up) return false;
    if (this.windowed.inFlight < this.bytesMax) return true;
    this.framesRefused++;
    return false;
  }

  private sent(bytes: number): void {
    this.framesSent++;
    this.windowed.sent += bytes;
    if (this.windowed.inFlight >= this.limits.windowBytes) this.congested = true;
    this.connection.touch();
  }

  // ------------------------------------------------------------ what the peer sends

  onDeliver(
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
    shownStart: number,
    shownEnd: number,
    frameBytes: number,
  ): void {
    this.received(frameBytes);
    this.owner.handlers.deliver?.(
      this,
      account,
      buf,
      subjectStart,
      subjectEnd,
      replyStart,
      replyEnd,
      headerBytes,
      payloadStart,
      payloadEnd,
      plain,
      queues,
      request,
      targets,
      shownStart,
      shownEnd,
    );
  }

  onPublish(
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
    frameBytes: number,
  ): void {
    this.received(frameBytes);
    this.owner.handlers.publish?.(
      this,
      account,
      buf,
      subjectStart,
      subjectEnd,
      replyStart,
      replyEnd,
      headerBytes,
      payloadStart,
      payloadEnd,
      shownStart,
      shownEnd,
      request,
    );
  }

  onReturned(
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
    frameBytes: number,
  ): void {
    this.framesReceived++;
    this.returnedReceived += frameBytes;
    this.ackLater();
    this.owner.handlers.returned?.(
      this,
      request,
      targets,
      account,
      buf,
      subjectStart,
      subjectEnd,
      replyStart,
      replyEnd,
      headerBytes,
      payloadStart,
      payloadEnd,
      queues,
      shownStart,
      shownEnd,
    );
  }

  onLinkAck(frames: number, bytes: number, returnedBytes: number): void {
    this.windowed.ack(bytes);
    this.handedBack.ack(returnedBytes);
    if (frames > this.framesAcked && frames <= this.framesSent) this.framesAcked = frames;
    // Half a window of slack, so that producers are not stopped and started frame by frame.
    if (this.congested && this.windowed.inFlight <= this.limits.windowBytes / 2) {
      this.congested = false;
      this.owner.handlers.writable?.(this);
    }
    this.owner.handlers.acked?.(this);
  }

  onInterest(): void {
    this.destroy('interest belongs to the router');
  }

  onInterestUpdate(): void {
    this.destroy('interest comes from the router');
  }

  onMessage(frame: DecodedFrame): void {
    this.owner.linkMessage(this, frame);
  }

  private received(bytes: number): void {
    this.framesReceived++;
    this.bytesReceived += bytes;
    this.ackLater();
  }

  private ackLater(): void {
    // The turn's end has it, or it waits for company.
    if (this.ackDue && (this.ackTimer === null || this.unackedBytes < PATIENT_BYTES)) return;
    this.ackDue = true;
    this.connection.touch();
  }

  private get unackedBytes(): number {
    return this.bytesReceived + this.returnedReceived - this.bytesAcked;
  }

  // ------------------------------------------------------------ the connection's calls

  turnEnd(): void {
    if (!this.ackDue) return;
    if (this.acksPatiently && this.connection.writer.pending === 0 && this.unackedBytes < PATIENT_BYTES) {
      this.ackTimer ??= this.runtime.setTimer(PATIENT_MS, () => this.ackNow());
      return;
    }
    this.ackDue = false;
    this.bytesAcked = this.bytesReceived + this.returnedReceived;
    this.connection.writer.linkAck(this.framesReceived, this.bytesReceived, this.returnedReceived);
  }

  private ackNow(): void {
    this.ackTimer = null;
    if (!this.ackDue || !this.up) return;
    this.bytesAcked = Number.NEGATIVE_INFINITY;
    this.connection.touch();
  }

  disconnected(reason: string, unsent: Buffer[]): void {
    const wasUp = this.up;
    this.up = false;
    this.ackTimer?.cancel();
    if (wasUp && this.owner.handlers.undelivered !== undefined) {
      const reader = new FrameReader(new HandBack(this, this.owner.handlers.undelivered), this.limits.frameBytesMax);
      for (const frames of unsent) reader.push(frames, 0, frames.length);
    }
    this.owner.linkDown(this, reason);
  }
}

const NOTHING = Buffer.alloc(0);

const ignore = (): void => {};

/** Picks the Deliver frames out of what was not sent any more. */
class HandBack implements FrameHandler {
  readonly onPublish = ignore;
  readonly onReturned = ignore;
  readonly onLinkAck = ignore;
  readonly onInterest = ignore;
  readonly onInterestUpdate = ignore;
  readonly onMessage = ignore;
  private readonly link: PeerLink;
  private readonly undelivered: NonNullable<MemberHandlers['undelivered']>;

  constructor(link: PeerLink, undelivered: NonNullable<MemberHandlers['undelivered']>) {
    this.link = link;
    this.undelivered = undelivered;
  }

  onDeliver(
    ...[account, buf, ss, se, rs, re, headers, ps, pe, plain, queues, request, targets, hs, he]: DeliverArguments
  ): void {
    this.link.framesSent--;
    this.undelivered(this.link, account, buf, ss, se, rs, re, headers, ps, pe, plain, queues, request, targets, hs, he);
  }
}

type DeliverArguments = Parameters<FrameHandler['onDeliver']>;
