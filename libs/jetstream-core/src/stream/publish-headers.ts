import { readHeaders } from './header-block.ts';

const MARK = Buffer.from('\r\nNats-');

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
  batchId = '';
  batchSequence = '';
  batchCommit = '';
  requiredLevel = '';
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
  ['Nats-Batch-Id', 'batchId'],
  ['Nats-Batch-Sequence', 'batchSequence'],
  ['Nats-Batch-Commit', 'batchCommit'],
  ['Nats-Required-Api-Level', 'requiredLevel'],
]);

/** What messages without any of them have: most have none. */
export const noHeaders: Readonly<PublishHeaders> = Object.freeze(new PublishHeaders());

export function readPublishHeaders(content: Buffer, headerBytes: number): Readonly<PublishHeaders> {
  if (headerBytes === 0) return noHeaders;
  const at = content.indexOf(MARK);
  if (at < 0 || at >= headerBytes) return noHeaders;
  const headers = new PublishHeaders();
  readHeaders(content, headerBytes, (name, value) => {
    const field = fields.get(name);
    if (field !== undefined && headers[field] === '') headers[field] = value;
  });
  return headers;
}
