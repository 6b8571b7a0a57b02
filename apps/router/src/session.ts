import type { Channel, ChannelHandler, Runtime } from '@skein/bus';
import type { ChangeReader } from '@skein/bus/internal';
import {
  Connection,
  type ConnectionOwner,
  type DecodedFrame,
  type FrameBody,
  type FrameHandler,
} from '@skein/bus/internal';
import type { Registered } from './register.ts';

/** A process that says nothing after connecting. */
const HELLO_MS = 5000;
const FRAME_BYTES_MAX = 8 * 1024 * 1024;

export interface SessionOwner {
  message(session: Session, frame: DecodedFrame): void;
  interest(session: Session, sequence: number, complete: boolean, changes: ChangeReader): void;
  ended(session: Session, reason: string): void;
}

const ignore = (): void => {};

/** One process's connection to the router, from its first byte on. */
export class Session implements FrameHandler, ConnectionOwner {
  readonly connection: Connection;
  /** Set when it is registered. */
  member: Registered | null = null;
  private readonly owner: SessionOwner;
  private readonly greeting: { cancel(): void };

  readonly onDeliver = ignore;
  readonly onPublish = ignore;
  readonly onReturned = ignore;
  readonly onLinkAck = ignore;
  readonly onInterestUpdate = ignore;
  readonly turnEnd = ignore;

  constructor(channel: Channel, runtime: Runtime, owner: SessionOwner) {
    this.owner = owner;
    this.connection = new Connection(channel, runtime, this, this, FRAME_BYTES_MAX);
    this.greeting = runtime.setTimer(HELLO_MS, () => {
      if (this.member === null) this.connection.destroy('no Hello');
    });
  }

  get channelHandler(): ChannelHandler {
    return this.connection;
  }

  send(body: FrameBody): void {
    this.connection.send(body);
  }

  onMessage(frame: DecodedFrame): void {
    this.owner.message(this, frame);
  }

  onInterest(sequence: number, complete: boolean, changes: ChangeReader): void {
    this.owner.interest(this, sequence, complete, changes);
  }

  disconnected(reason: string): void {
    this.greeting.cancel();
    this.owner.ended(this, reason);
  }
}
