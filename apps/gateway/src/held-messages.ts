import { HOLDING, type Link, type Peer } from '@skein/bus';

/** As it was given to `Link.deliver`; all of it in one buffer. */
export interface HeldMessage {
  readonly account: Buffer;
  readonly bytes: Buffer;
  readonly subjectEnd: number;
  readonly replyEnd: number;
  readonly payloadEnd: number;
  readonly headerBytes: number;
  readonly plain: boolean;
  readonly queues: readonly Buffer[];
  readonly request: number;
  readonly targets: number;
}

/** Stands in for the link to a store that is away: keeps what is for it, in order. */
export class HeldMessages implements Link {
  readonly peer: Peer;
  readonly up = true;
  readonly writable = true;
  readonly framesSent = 0;
  readonly framesAcked = 0;
  readonly messages: HeldMessage[] = [];
  bytesInFlight = 0;

  constructor(peer: Peer) {
    this.peer = peer;
  }

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
    shownStart = 0,
    shownEnd = 0,
  ): boolean {
    const parts = [
      subject.subarray(subjectStart, subjectEnd),
      reply.subarray(replyStart, replyEnd),
      payload.subarray(payloadStart, payloadEnd),
      shown?.subarray(shownStart, shownEnd) ?? NOTHING,
    ];
    const bytes = Buffer.concat(parts);
    const cost = bytes.length + HOLDING.itemBytes;
    // Beyond it a publish is told that there are too many.
    if (this.messages.length >= HOLDING.itemsMax || this.bytesInFlight + cost > HOLDING.bytesMax) return false;
    this.bytesInFlight += cost;
    const [subjectLength, replyLength, payloadLength] = parts.map(({ length }) => length);
    this.messages.push({
      account,
      bytes,
      subjectEnd: subjectLength,
      replyEnd: subjectLength + replyLength,
      payloadEnd: subjectLength + replyLength + payloadLength,
      headerBytes,
      plain,
      queues: queues.slice(0, queueCount),
      request,
      targets,
    });
    return true;
  }

  publish(): boolean {
    return false;
  }

  returned(): boolean {
    return false;
  }

  watched(): void {}

  flush(): void {}
}

const NOTHING = Buffer.alloc(0);

/** @returns as `Link.deliver` */
export function deliverHeld(link: Link, held: HeldMessage): boolean {
  const { account, bytes, subjectEnd, replyEnd, payloadEnd, queues } = held;
  return link.deliver(
    account,
    bytes,
    0,
    subjectEnd,
    bytes,
    subjectEnd,
    replyEnd,
    held.headerBytes,
    bytes,
    replyEnd,
    payloadEnd,
    held.plain,
    queues,
    queues.length,
    held.request,
    held.targets,
    bytes,
    payloadEnd,
    bytes.length,
  );
}
