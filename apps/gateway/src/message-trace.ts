import type { NodeIdentity } from '@skein/bus';
import { subjectText } from '@skein/subjects';
import type { Connection } from './connection.ts';
import type { Message } from './deliver.ts';
import { parseHeaders } from './message-headers.ts';
import type { Subscription } from './subscription.ts';

const DESTINATION = Buffer.from('Nats-Trace-Dest:');
/** Blanks and control characters in a subject would be read as the protocol by whoever is sent it. */
const DELIVERABLE = /^[^\s\p{Cc}]+$/u;
/** Receivers named in one trace; who has more does not need them all. */
const EVENTS_MAX = 1024;

interface TraceEvent {
  /** In, mapped to another subject, out of a stream's account, into a service's, egress. */
  type: 'in' | 'sm' | 'se' | 'si' | 'eg';
  ts: string;
  /** 0: a client. */
  kind?: 0;
  cid?: number;
  name?: string;
  acc?: string;
  subj?: string;
  sub?: string;
  queue?: string;
  to?: string;
  from?: string;
}

/** Follows one message that asks for it by its headers: who sent it, and who gets it (ADR-41). */
export class MessageTrace {
  readonly destination: string;
  /** The message goes to nobody: only the way it would take is wanted. */
  readonly only: boolean;
  readonly #headers: Map<string, string[]>;
  readonly #bytes: number;
  readonly #events: TraceEvent[] = [];
  readonly #now: () => string;

  /** It is in an account that does not let traces in: who gets it there is not said. */
  isHidden = false;
  /** Its own account wants it, whatever its publisher may publish to. */
  readonly isWanted: boolean;
  readonly #account: string | undefined;

  /** @param wanted where the account has such traces go; '': the headers say */
  constructor(headers: Map<string, string[]>, bytes: number, from: Connection, subject: string, wanted = '') {
    this.#headers = headers;
    this.#bytes = bytes;
    this.isWanted = wanted !== '';
    this.destination = wanted || (headers.get('Nats-Trace-Dest')?.[0] ?? '');
    this.#account = from.account?.name;
    this.only = /^(?:true|1|on)$/i.test(headers.get('Nats-Trace-Only')?.[0] ?? '');
    this.#now = () => now(from);
    this.#events.push({
      type: 'in',
      ts: now(from),
      ...client(from),
      acc: from.account?.name,
      subj: subjectText(subject),
    });
  }

  /** The account's mappings gave it another subject. */
  mapped(subject: Buffer): void {
    this.#crossed({ type: 'sm', to: subject.toString() });
  }

  /** It goes to an account that imports the stream. */
  exported(account: string, subject: Buffer): void {
    this.#crossed({ type: 'se', acc: account, to: subject.toString() });
  }

  /** It goes to the account of a service. */
  imported(account: string, from: string, to: Buffer): void {
    this.#crossed({ type: 'si', acc: account, from: subjectText(from), to: to.toString() });
  }

  #crossed(event: Omit<TraceEvent, 'ts'>): void {
    if (!this.isHidden && this.#events.length <= EVENTS_MAX) this.#events.push({ ...event, ts: this.#now() });
  }

  /** A subscription took it, or would have. */
  delivered({ connection, subject, queue }: Subscription): void {
    if (this.isHidden || this.#events.length > EVENTS_MAX) return;
    const account = connection.account?.name;
    this.#events.push({
      type: 'eg',
      ts: now(connection),
      ...client(connection),
      ...(account !== this.#account && { acc: account }),
      sub: subjectText(subject),
      ...(queue !== '' && { queue: subjectText(queue) }),
    });
  }

  report({ serverId, serverName, version }: NodeIdentity, host: string, sequence: number, time: string): Buffer {
    return Buffer.from(
      JSON.stringify({
        server: {
          name: serverName,
          host,
          id: serverId,
          ver: version,
          jetstream: false,
          flags: 0,
          seq: sequence,
          time,
        },
        request: {
          header: Object.fromEntries([...this.#headers].sort(([a], [b]) => (a < b ? -1 : 1))),
          msgsize: this.#bytes,
        },
        events: this.#events,
      }),
    );
  }
}

/** The trace that a message asks for, or its account of it; null for nearly all. */
export function traceOf(message: Message, from: Connection, subject: string): MessageTrace | null {
  const { payload, payloadStart, payloadEnd, headerBytes } = message;
  const block = payload.subarray(payloadStart, payloadStart + headerBytes);
  const asks = block.includes(DESTINATION);
  const wanted = asks ? '' : wantedBy(from, block);
  if (!asks && wanted === '') return null;
  const headers = parseHeaders(block.toString('utf8'));
  const trace = new MessageTrace(headers, payloadEnd - payloadStart, from, subject, wanted);
  return DELIVERABLE.test(trace.destination) ? trace : null;
}

/** Where the account wants the traces of messages that are part of a sampled trace (W3C), of so many in a hundred; '': nowhere. */
function wantedBy({ account, gateway }: Connection, block: Buffer): string {
  const destination = account?.traceDestination;
  if (destination === undefined || !SAMPLED.test(block.toString('latin1'))) return '';
  return gateway.runtime.random() * 100 < destination.sampling ? destination.subject : '';
}

/** The lowest bit of the flags. */
const SAMPLED = /\r\ntraceparent:\s*[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f][13579bdf]\s*\r\n/i;

function client({ cid, options }: Connection): Pick<TraceEvent, 'kind' | 'cid' | 'name'> {
  return { kind: 0, cid, ...(options.name !== '' && { name: options.name }) };
}

function now({ gateway }: Connection): string {
  return new Date(gateway.runtime.wallMs()).toISOString();
}
