import { copyBytes, writeDecimal, writeLatin1 } from '@skein/protocol';
import type { Connection } from './connection.ts';
import type { MessageTrace } from './message-trace.ts';
import type { Route } from './route.ts';
import type { Subscription } from './subscription.ts';
import { traceDelivery } from './trace.ts';

/** A message on its way: byte ranges in buffers that are lent for the call. */
export interface Message {
  /** As receivers see it. */
  subject: Buffer;
  subjectStart: number;
  subjectEnd: number;
  reply: Buffer;
  replyStart: number;
  /** As `replyStart`: no reply. */
  replyEnd: number;
  headerBytes: number;
  payload: Buffer;
  payloadStart: number;
  payloadEnd: number;
  /** What receivers see is not where it goes: that is its route's subject. */
  isShown: boolean;
  /** Set while it is being followed. */
  trace: MessageTrace | null;
}

export function emptyMessage(): Message {
  return {
    subject: NOTHING,
    subjectStart: 0,
    subjectEnd: 0,
    reply: NOTHING,
    replyStart: 0,
    replyEnd: 0,
    headerBytes: 0,
    payload: NOTHING,
    payloadStart: 0,
    payloadEnd: 0,
    isShown: false,
    trace: null,
  };
}

const NOTHING = Buffer.alloc(0);

/** Field by field: an object's spread costs a microsecond. */
export function copyMessage(from: Message, to: Message): void {
  to.subject = from.subject;
  to.subjectStart = from.subjectStart;
  to.subjectEnd = from.subjectEnd;
  to.reply = from.reply;
  to.replyStart = from.replyStart;
  to.replyEnd = from.replyEnd;
  to.headerBytes = from.headerBytes;
  to.payload = from.payload;
  to.payloadStart = from.payloadStart;
  to.payloadEnd = from.payloadEnd;
  to.isShown = from.isShown;
  to.trace = from.trace;
}

/** Where a message goes, as latin1. */
export function subjectOf(route: Route, { subject, subjectStart, subjectEnd }: Message): string {
  return route.isShared ? subject.toString('latin1', subjectStart, subjectEnd) : route.subject;
}

/**
 * Writes one message to one subscription. False when it took nothing: its connection is closed, it has ended, or a deny
 * rule hides the message from it.
 *
 * Runs per delivered message: no objects, no strings.
 */
export function deliver(subscription: Subscription, message: Message, route: Route): boolean {
  const connection = subscription.connection;
  if (connection.isClosed) return false;
  const { permissions } = connection;
  if (permissions !== null) {
    if (subscription.filtered && !permissions.mayDeliver(subjectOf(route, message), subscription.queue)) return false;
    if (permissions.tracksReplies && message.replyEnd > message.replyStart) {
      permissions.given(message.reply.toString('latin1', message.replyStart, message.replyEnd));
    }
  }
  const { trace } = message;
  if (trace !== null) {
    trace.delivered(subscription);
    if (trace.only) return true;
  }
  let ends = false;
  if (subscription.max > 0) {
    if (subscription.delivered >= subscription.max) {
      connection.remove(subscription);
      return false;
    }
    subscription.delivered++;
    ends = subscription.delivered === subscription.max;
  } else {
    subscription.delivered++;
  }

  const { subject, subjectStart, subjectEnd, reply, replyStart, replyEnd, payload, payloadEnd } = message;
  let { headerBytes, payloadStart } = message;
  const withHeaders = headerBytes > 0 && connection.options.headers;
  if (headerBytes > 0 && !withHeaders) {
    // A client that doesn't know headers gets the body alone.
    payloadStart += headerBytes;
    headerBytes = 0;
  }
  const payloadBytes = payloadEnd - payloadStart;
  const { output } = connection;
  const { sid } = subscription;
  const bytesMax = FRAME_BYTES_MAX + (subjectEnd - subjectStart) + sid.length + (replyEnd - replyStart) + payloadBytes;
  if (output.at + bytesMax > output.buffer.length) {
    output.reserve(bytesMax, connection.gateway.turn.nowMs());
    // Looked at once a buffer, so that one turn can't outgrow it by much.
    if (connection.gateway.slow.endIfSlow(connection)) return false;
  }

  const target = output.buffer;
  let at = output.at;
  if (withHeaders) target[at++] = 72; // H
  target[at] = 77; // MSG
  target[at + 1] = 83;
  target[at + 2] = 71;
  target[at + 3] = 32;
  at = copyBytes(subject, subjectStart, subjectEnd, target, at + 4);
  target[at++] = 32;
  at = writeLatin1(target, at, sid);
  target[at++] = 32;
  if (replyEnd > replyStart) {
    at = copyBytes(reply, replyStart, replyEnd, target, at);
    target[at++] = 32;
  }
  if (withHeaders) {
    at = writeDecimal(target, at, headerBytes);
    target[at++] = 32;
  }
  at = writeDecimal(target, at, payloadBytes);
  target[at] = 13;
  target[at + 1] = 10;
  at = copyBytes(payload, payloadStart, payloadEnd, target, at + 2);
  target[at] = 13;
  target[at + 1] = 10;
  output.at = at + 2;

  if (connection.gateway.settings.trace) traceDelivery(connection, sid, message, withHeaders);
  connection.outMsgs++;
  connection.outBytes += payloadBytes;
  if (!connection.dirty) connection.gateway.turn.markDirty(connection);
  if (ends) connection.remove(subscription);
  return true;
}

/** `HMSG`, four spaces, two lengths of up to 10 digits, two line ends. */
const FRAME_BYTES_MAX = 4 + 4 + 20 + 4;

/** Tells a requester that nobody listens: a 503 status on one subscription of its own to the reply subject. Counts against no maximum. */
export function sendNoResponders(connection: Connection, subject: string, reply: string): void {
  const { account } = connection;
  if (account === null || connection.isClosed) return;
  // A client that may use no_responders knows headers; the status names the subject (ADR-4).
  const status = `NATS/1.0 503\r\nNats-Subject: ${subject}\r\n\r\n`;
  for (const entry of account.local.match(reply).plain) {
    if (entry.connection !== connection) continue;
    connection.send(`HMSG ${reply} ${entry.sid} ${status.length} ${status.length}\r\n${status}\r\n`);
    connection.outMsgs++;
    connection.outBytes += status.length;
    return;
  }
}
