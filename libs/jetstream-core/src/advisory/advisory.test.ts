import { expect, test } from 'vitest';
import type { Notice } from '../consumer/notice.ts';
import { loadRecordedAdvisories, type RecordedAdvisory } from '../recorded/advisories.ts';
import type { BatchEnd } from '../stream/atomic-batches.ts';
import { Advisories, type Advisory, type AdvisoryClient } from './advisory.ts';
import { noticeAdvisory } from './notice-advisory.ts';

const recorded = loadRecordedAdvisories();

const domainOf = (domain: string): Advisories =>
  new Advisories({ serverName: 'alpha', domain, newId: () => '<string>', now: () => '<string>' });

type Body = Record<string, unknown>;

/** The same again, from what a recorded one says. */
function again(account: string, { domain, body }: RecordedAdvisory): Advisory {
  const advisories = domainOf(domain);
  const stream = String(body.stream);
  const consumer = String(body.consumer);
  const text = (name: string): string => (body[name] as string | undefined) ?? '';
  const client = body.client as AdvisoryClient;
  const noticed = (kind: Notice['kind'], more: object = {}): Advisory =>
    noticeAdvisory(advisories, 'A', stream, consumer, { kind, ...body, ...more } as unknown as Notice);
  switch (text('type').replace(/^.*\.v1\./, '')) {
    case 'stream_action':
      return advisories.streamAction(stream, body.action as 'create');
    case 'consumer_action':
      return advisories.consumerAction(stream, consumer, body.action as 'create');
    case 'consumer_pause': {
      const until = text('pause_until').startsWith('0001') ? undefined : text('pause_until');
      return advisories.consumerPause(stream, consumer, body.paused as boolean, until);
    }
    case 'max_deliver':
      return noticed('max_deliver');
    case 'nak':
      return noticed('nak');
    case 'terminated':
      return noticed('terminated', { reason: text('reason') });
    case 'consumer_ack':
      return noticed('ack');
    case 'consumer_group_pinned':
      return noticed('pinned');
    case 'consumer_group_unpinned':
      return noticed('unpinned');
    case 'stream_batch_abandoned':
      return advisories.batchAbandoned(
        account === 'SYS' ? 'A' : undefined,
        stream,
        text('batch'),
        text('reason') as BatchEnd,
      );
    case 'snapshot_create':
      return advisories.snapshotCreate(stream, body.state as object, client);
    case 'snapshot_complete':
      return advisories.snapshotComplete(stream, text('start'), text('end'), client);
    case 'restore_create':
      return advisories.restoreCreate(stream, client);
    case 'restore_complete':
      return advisories.restoreComplete(stream, text('start'), text('end'), body.bytes as number, client);
    case 'api_audit':
      return advisories.apiAudit(client, text('subject'), text('request'), text('response'));
    case 'api_limit_reached':
      return advisories.apiLimitReached(body.dropped as number);
    default:
      throw new Error(`nobody makes ${text('type')}`);
  }
}

test.each(recorded)('$account hears $subject, with the domain "$domain"', (one) => {
  const { subject, body } = again(one.account, one);
  expect(subject).toBe(one.subject);
  // As text: the order of fields counts.
  expect(JSON.stringify(body)).toBe(JSON.stringify(one.body));
});

test('every kind there is has been recorded', () => {
  const kinds = new Set(recorded.map(({ body }) => body.type));
  expect(kinds.size).toBe(16);
});

/*
 * What the schemas of `io.nats.jetstream.{advisory,metric}.v1` demand, as far as a nats-server keeps to it: it gives `state` where
 * snapshot_create asks for `blocks` and `block_size`, numbers where nak and terminated ask for texts in `consumer_seq`, and
 * `domain` where not every schema has it. Field: type; `?` is one that may be absent.
 */
const common = { type: 'string', id: 'string', timestamp: 'time' };
const counted = { stream: 'string', consumer: 'string', stream_seq: 'number', deliveries: 'number' };
const batchEnds = ['timeout', 'large', 'incomplete'];
const shapes: Record<string, Record<string, string | readonly string[]>> = {
  'advisory.v1.api_audit': {
    ...{ server: 'string', client: 'object', subject: 'string', 'request?': 'string', response: 'string' },
  },
  'advisory.v1.api_limit_reached': { server: 'string', dropped: 'number' },
  'advisory.v1.stream_action': { stream: 'string', action: ['create', 'modify', 'delete'] },
  'advisory.v1.consumer_action': { stream: 'string', consumer: 'string', action: ['create', 'delete'] },
  'advisory.v1.consumer_pause': { stream: 'string', consumer: 'string', paused: 'boolean', 'pause_until?': 'time' },
  'advisory.v1.max_deliver': counted,
  'advisory.v1.nak': { ...counted, consumer_seq: 'number' },
  'advisory.v1.terminated': { ...counted, consumer_seq: 'number', 'reason?': 'string' },
  'metric.v1.consumer_ack': { ...counted, consumer_seq: 'number', ack_time: 'number' },
  'advisory.v1.consumer_group_pinned': {
    ...{ 'account?': 'string', stream: 'string', consumer: 'string', group: 'string', pinned_id: 'string' },
  },
  'advisory.v1.consumer_group_unpinned': {
    ...{ 'account?': 'string', stream: 'string', consumer: 'string', group: 'string', reason: ['admin', 'timeout'] },
  },
  'advisory.v1.stream_batch_abandoned': {
    ...{ 'account?': 'string', stream: 'string', batch: 'string', reason: batchEnds },
  },
  'advisory.v1.snapshot_create': { stream: 'string', state: 'object', client: 'object' },
  'advisory.v1.snapshot_complete': { stream: 'string', start: 'time', end: 'time', client: 'object' },
  'advisory.v1.restore_create': { stream: 'string', client: 'object' },
  'advisory.v1.restore_complete': { stream: 'string', start: 'time', end: 'time', bytes: 'number', client: 'object' },
};

const client = { acc: 'A' };
const time = '2026-01-02T03:04:05.123456789Z';
const about = { consumer_seq: 3, stream_seq: 5, deliveries: 2 };

function everyAdvisory(domain: string): Advisory[] {
  let ids = 0;
  const all = new Advisories({ serverName: 'alpha', domain, newId: () => `id${++ids}`, now: () => time });
  return [
    ...(['create', 'modify', 'delete'] as const).map((action) => all.streamAction('S', action)),
    ...(['create', 'delete'] as const).map((action) => all.consumerAction('S', 'C', action)),
    ...[all.consumerPause('S', 'C', true, time), all.consumerPause('S', 'C', false, undefined)],
    ...[all.maxDeliver('S', 'C', about), all.nak('S', 'C', about), all.ackSampled('S', 'C', about, 1000)],
    ...[all.terminated('S', 'C', about, ''), all.terminated('S', 'C', about, 'because')],
    ...[all.pinned('A', 'S', 'C', 'g', 'p'), all.unpinned('A', 'S', 'C', 'g', 'admin')],
    ...[all.batchAbandoned('A', 'S', 'b', 'large'), all.batchAbandoned(undefined, 'S', 'b', 'timeout')],
    ...[all.snapshotCreate('S', {}, client), all.snapshotComplete('S', time, time, client)],
    ...[all.restoreCreate('S', client), all.restoreComplete('S', time, time, 7, client)],
    ...[all.apiAudit(client, '$JS.API.INFO', '', '{}'), all.apiAudit(client, 's', 'q', '{}'), all.apiLimitReached(7)],
  ];
}

test.each(['', 'hub'])('each has the shape that its schema states, with the domain "%s"', (domain) => {
  for (const { body } of everyAdvisory(domain)) expect(misshapen(body as Body), JSON.stringify(body)).toEqual([]);
});

function misshapen(body: Body): string[] {
  const shape = { ...common, ...shapes[String(body.type).replace('io.nats.jetstream.', '')], 'domain?': 'string' };
  const wrong = Object.entries(shape).filter(([field, kind]) => {
    const value = body[field.replace('?', '')];
    return value === undefined ? !field.endsWith('?') : !fits(value, kind);
  });
  const unknown = Object.keys(body).filter((field) => !(field in shape) && !(`${field}?` in shape));
  return [...wrong.map(([field]) => field), ...unknown];
}

function fits(value: unknown, kind: string | readonly string[]): boolean {
  if (typeof kind !== 'string') return kind.includes(value as string);
  return kind === 'time' ? !Number.isNaN(Date.parse(value as string)) : typeof value === kind;
}
