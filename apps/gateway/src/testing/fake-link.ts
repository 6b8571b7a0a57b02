import type { Component, Link, Peer } from '@skein/bus';

/** A frame as it was handed to a link, text by latin1. */
export interface SentFrame {
  readonly account: string;
  readonly subject: string;
  /** '' is the subject. */
  readonly shown: string;
  readonly reply: string;
  readonly headerBytes: number;
  readonly payload: string;
  readonly queues: readonly string[];
  readonly request: number;
  readonly targets: number;
}

type DeliverArguments = Parameters<Link['deliver']>;
type ReturnedArguments = Parameters<Link['returned']>;

/** A link that writes down what it is given. */
export class FakeLink implements Link {
  readonly peer: Peer;
  up = true;
  writable = true;
  framesSent = 0;
  framesAcked = 0;
  readonly bytesInFlight = 0;
  /** Whether messages are taken at all. */
  takes = true;
  readonly delivered: (SentFrame & { readonly plain: boolean })[] = [];
  /** What was said of watched subjects. */
  readonly told: [number, boolean][] = [];
  readonly handedBack: SentFrame[] = [];

  constructor(id: number, component: Component = 'gateway', instance = id) {
    this.peer = { id, component, instance, address: '', pid: id };
  }

  deliver(...frame: DeliverArguments): boolean {
    if (!this.takes) return false;
    const [
      account,
      subject,
      ss,
      se,
      reply,
      rs,
      re,
      headerBytes,
      payload,
      ps,
      pe,
      plain,
      queues,
      count,
      request,
      targets,
      shown,
      hs,
      he,
    ] = frame;
    this.framesSent++;
    this.delivered.push({
      account: text(account),
      subject: text(subject, ss, se),
      shown: shown === undefined ? '' : text(shown, hs, he),
      reply: text(reply, rs, re),
      headerBytes,
      payload: text(payload, ps, pe),
      plain,
      queues: queues.slice(0, count).map((queue) => text(queue)),
      request,
      targets,
    });
    return true;
  }

  returned(...frame: ReturnedArguments): boolean {
    const [
      request,
      targets,
      account,
      subject,
      ss,
      se,
      reply,
      rs,
      re,
      headerBytes,
      payload,
      ps,
      pe,
      queues,
      count,
      ...rest
    ] = frame;
    const [shown, hs, he] = rest;
    this.framesSent++;
    this.handedBack.push({
      account: text(account),
      subject: text(subject, ss, se),
      shown: shown === undefined ? '' : text(shown, hs, he),
      reply: text(reply, rs, re),
      headerBytes,
      payload: text(payload, ps, pe),
      queues: queues.slice(0, count).map((queue) => text(queue)),
      request,
      targets,
    });
    return true;
  }

  publish(): boolean {
    throw new Error('a gateway publishes to nobody');
  }

  watched(id: number, interested: boolean): void {
    this.told.push([id, interested]);
  }

  flush(): void {}
}

function text(bytes: Buffer, start = 0, end = bytes.length): string {
  return bytes.toString('latin1', start, end);
}
