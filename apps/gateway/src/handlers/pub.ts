import { errors } from '@skein/errors';
import type { PubLine } from '@skein/protocol';
import { isLiteral } from '@skein/subjects';
import type { Connection } from '../connection.ts';
import type { Destination } from '../crossing.ts';
import { sendNoResponders } from '../deliver.ts';
import { traceOf } from '../message-trace.ts';
import type { Route } from '../route.ts';
import { tracePublish } from '../trace.ts';

/** PUB and HPUB. Runs per published message. */
export function publish(
  connection: Connection,
  line: PubLine<Route>,
  payload: Buffer,
  payloadStart: number,
  payloadEnd: number,
): void {
  const { gateway, account } = connection;
  if (account === null) {
    gateway.admission.refuse(connection);
    return;
  }
  const bytes = payloadEnd - payloadStart;
  connection.inMsgs++;
  connection.inBytes += bytes;
  if (bytes > connection.payloadBytesMax && connection.payloadBytesMax >= 0) {
    // A user's own limit may be lower than the one the parser knows.
    connection.fault('payload-too-large', String(bytes));
    return;
  }
  let { route } = line;
  if (route === null) {
    route = account.publishedRoute(line.subject, 0, line.subjectLength);
    line.route = route;
  } else if (route.generation !== account.generation) {
    if (route.isShared) {
      route = account.publishedRoute(line.subject, 0, line.subjectLength);
      line.route = route;
    } else account.refresh(route);
  }

  // Pedantic only tells: the message goes where it would go without.
  if (connection.options.pedantic && !isLiteral(subjectIn(line, route))) {
    connection.sendError(errors.invalidPublishSubject.text);
  }
  const published = route;
  let destination: Destination | null = null;
  if (route.isSpecial) {
    if (route.remapping === null) {
      gateway.refusePublish(connection, subjectIn(line, route));
      return;
    }
    destination = route.remapping.draw(gateway.runtime.random());
    // Mapped to less than all of it: this one is lost.
    if (destination === null) {
      connection.ok();
      return;
    }
    route = destination.route;
  }
  const { permissions } = connection;
  if (permissions !== null) {
    const subject = subjectIn(line, route);
    if (!permissions.canPublish(subject) && !permissions.canReply(subject)) {
      gateway.refusePublish(connection, subject);
      return;
    }
  }
  if (connection.options.verbose) connection.ok();

  const hasReply = line.replyLength > 0;
  const { message } = gateway;
  message.subject = line.subject;
  message.subjectStart = 0;
  message.subjectEnd = line.subjectLength;
  message.reply = line.reply;
  message.replyStart = line.replyStart;
  message.replyEnd = line.replyStart + line.replyLength;
  message.headerBytes = line.headerBytes;
  message.payload = payload;
  message.payloadStart = payloadStart;
  message.payloadEnd = payloadEnd;
  if (gateway.settings.trace) tracePublish(connection, message);
  message.trace = line.headerBytes > 0 ? traceOf(message, connection, subjectIn(line, published)) : null;
  if (destination !== null) {
    message.subject = destination.subject;
    message.subjectEnd = destination.subject.length;
    message.trace?.mapped(destination.subject);
  }
  const delivered = gateway.route(connection, account, route, message, hasReply && connection.options.noResponders);
  if (hasReply && delivered === 0 && connection.options.noResponders) {
    sendNoResponders(
      connection,
      subjectIn(line, route),
      line.reply.toString('latin1', line.replyStart, line.replyStart + line.replyLength),
    );
  }
  const { trace } = message;
  if (trace !== null) {
    message.trace = null;
    gateway.publishTrace(connection, account, trace);
  }
}

/** Where it goes, as latin1: answers may have a route that is not theirs alone. */
function subjectIn({ subject, subjectLength }: PubLine<Route>, route: Route): string {
  return route.isShared ? subject.toString('latin1', 0, subjectLength) : route.subject;
}
