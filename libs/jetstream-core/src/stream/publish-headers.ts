import { HeaderLines, HeaderNames } from './header-lines.ts';

/** The headers that a stream looks at when a message is published; empty is as good as absent, the first of several counts. */
export class PublishHeaders {
  messageId = '';
  expectedStream = '';
  expectedLastSequence = '';
  expectedLastSubjectSequence = '';
  expectedLastSubject = '';
  expectedLastMessageId = '';
  rollup = '';
  ttl = '';
  increment = '';
  markerReason = '';
  schedule = '';
  scheduler = '';
  scheduleNext = '';
}

const fields: ReadonlyMap<string, keyof PublishHeaders> = new Map([
  ['Nats-Msg-Id', 'messageId'],
  ['Nats-Expected-Stream', 'expectedStream'],
  ['Nats-Expected-Last-Sequence', 'expectedLastSequence'],
  ['Nats-Expected-Last-Subject-Sequence', 'expectedLastSubjectSequence'],
  ['Nats-Expected-Last-Subject-Sequence-Subject', 'expectedLastSubject'],
  ['Nats-Expected-Last-Msg-Id', 'expectedLastMessageId'],
  ['Nats-Rollup', 'rollup'],
  ['Nats-TTL', 'ttl'],
  ['Nats-Incr', 'increment'],
  ['Nats-Marker-Reason', 'markerReason'],
  ['Nats-Schedule', 'schedule'],
  ['Nats-Scheduler', 'scheduler'],
  ['Nats-Schedule-Next', 'scheduleNext'],
]);
const names = new HeaderNames(fields);

/** What messages without any of them have: most have none. */
export const noHeaders: Readonly<PublishHeaders> = Object.freeze(new PublishHeaders());

export function readPublishHeaders(content: Buffer, headerBytes: number): Readonly<PublishHeaders> {
  if (headerBytes === 0) return noHeaders;
  let headers: PublishHeaders | undefined;
  const lines = new HeaderLines(content, 0, headerBytes);
  while (lines.next()) {
    const field = names.find(content, lines.nameStart, lines.nameEnd);
    if (field === undefined) continue;
    headers ??= new PublishHeaders();
    if (headers[field] === '') headers[field] = lines.value();
  }
  return headers ?? noHeaders;
}
