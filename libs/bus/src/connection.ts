import { type FrameHandler, FrameReader } from './frame-reader.ts';
import { FrameWriter } from './frame-writer.ts';
import type { FrameBody } from './messages.ts';
import type { Runtime } from './runtime.ts';
import type { Channel, ChannelHandler } from './transport.ts';
import { FrameError } from './wire.ts';

/** Frames collected before they are written within a turn. */
const CHUNK_BYTES = 128 * 1024;
/** Handed to the channel at once while a backlog drains: what is in its hands can't be handed back when it breaks. */
const CHANNEL_BYTES = 256 * 1024;

/** All connections of a process draw on these. */
const spareChunks: Buffer[] = [];

export interface ConnectionOwner {
  /** The end of a turn in which something was sent or received: the last chance to add frames. */
  turnEnd(): void;
  /** Once. `unsent` are whole frames that never reached the channel. */
  disconnected(reason: string, unsent: Buffer[]): void;
}

/** Frames over a channel, both ways; what is sent within a turn of the event loop is written at its end, at once. */
export class Connection implements ChannelHandler {
  readonly writer: FrameWriter;
  private readonly reader: FrameReader;
  private readonly channel: Channel;
  private readonly runtime: Runtime;
  private readonly owner: ConnectionOwner;
  private readonly backlog: { base: Buffer; bytes: Buffer }[] = [];
  private backlogBytes = 0;
  /** Chunks that the channel has not finished with. */
  private lent: Buffer[] = [];
  private scheduled = false;
  private open = true;
  private closing = false;

  constructor(channel: Channel, runtime: Runtime, frames: FrameHandler, owner: ConnectionOwner, frameBytesMax: number) {
    this.channel = channel;
    this.runtime = runtime;
    this.owner = owner;
    this.reader = new FrameReader(frames, frameBytesMax);
    this.writer = new FrameWriter(CHUNK_BYTES, (base, length) => this.chunk(base, length), spareChunks);
  }

  get queuedBytes(): number {
    return this.writer.pending + this.backlogBytes + this.channel.bufferedBytes;
  }

  send(body: FrameBody): void {
    if (!this.open) return;
    this.writer.message(body);
    this.touch();
  }

  /** Something was appended to `writer` or is to be at the end of the turn. */
  touch(): void {
    if (this.scheduled || !this.open) return;
    this.scheduled = true;
    this.runtime.defer(this.onTurnEnd);
  }

  flush(): void {
    if (this.open && this.backlog.length === 0 && this.channel.bufferedBytes === 0) this.writer.flush();
  }

  /** Writes what there is, then closes. */
  close(): void {
    if (!this.open || this.closing) return;
    this.closing = true;
    this.owner.turnEnd();
    this.flush();
    if (this.backlog.length === 0 && this.writer.pending === 0) this.channel.close();
  }

  destroy(reason: string): void {
    if (!this.open) return;
    this.end(reason);
    this.channel.destroy();
  }

  data(buf: Buffer, start: number, end: number): void {
    if (!this.open) return;
    try {
      this.reader.push(buf, start, end);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.destroy(error.message);
    }
  }

  drain(): void {
    for (const chunk of this.lent) this.writer.recycle(chunk);
    this.lent = [];
    if (!this.open) return;
    while (this.backlog.length > 0 && this.channel.bufferedBytes < CHANNEL_BYTES) {
      const { base, bytes } = this.backlog.shift()!;
      this.backlogBytes -= bytes.length;
      if (this.channel.write(bytes)) this.writer.recycle(base);
      else this.lent.push(base);
    }
    this.flush();
    if (this.closing && this.backlog.length === 0 && this.writer.pending === 0) this.channel.close();
  }

  closed(reason: string): void {
    if (this.open) this.end(reason);
  }

  private end(reason: string): void {
    this.open = false;
    this.reader.stop();
    const unsent = [...this.backlog.map(({ bytes }) => bytes), this.writer.unsent()];
    this.backlog.length = 0;
    this.backlogBytes = 0;
    this.owner.disconnected(reason, unsent);
  }

  private readonly onTurnEnd = (): void => {
    this.scheduled = false;
    if (!this.open) return;
    this.owner.turnEnd();
    this.flush();
  };

  private chunk(base: Buffer, length: number): boolean {
    const bytes = base.subarray(0, length);
    if (this.backlog.length > 0 || this.channel.bufferedBytes > 0) {
      this.backlog.push({ base, bytes });
      this.backlogBytes += length;
      return false;
    }
    if (this.channel.write(bytes)) return true;
    this.lent.push(base);
    return false;
  }
}
