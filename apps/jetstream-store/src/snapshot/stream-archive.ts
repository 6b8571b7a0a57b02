import {
  backUpConsumer,
  ConsumerState,
  NO_TIME,
  type StreamConfig,
  type StreamState,
  timeText,
} from '@skein/jetstream-core';
import type { StoredMessage, StreamImage } from '@skein/storage';
import { withoutServer } from '../api/views.ts';
import type { ConsumerValue } from '../hosted-consumer.ts';
import type { Moment } from '../hosting.ts';
import { type ArchiveEntry, archiveBegin, archiveEnd, encodeEntry } from './archive.ts';

/** Of the archive's entries that are no messages. */
export const STATE_NAME = 'state.json';
export const CONSUMER_PREFIX = 'consumers/';
const CONSUMER = 'consumer/';

/** How the stream was configured at the image's moment. */
export const configOf = (image: StreamImage): StreamConfig => withoutServer(jsonOf(image, 'config') as StreamConfig);

/** Its state then, as nats-server has it. */
export function stateOf(image: StreamImage): StreamState {
  const { messages, bytes, first, last, subjectCount, deletedCount } = image;
  const [oldest] = image.stored();
  const { lastSeconds, lastNanos } = jsonOf(image, 'state') as { lastSeconds: number; lastNanos: number };
  return {
    messages,
    bytes,
    first_seq: last === 0 ? 0 : first,
    first_ts: oldest === undefined ? NO_TIME : timeText(oldest.seconds, oldest.nanos),
    last_seq: last,
    last_ts: lastSeconds === 0 ? NO_TIME : timeText(lastSeconds, lastNanos),
    ...(subjectCount > 0 && { num_subjects: subjectCount }),
    ...(deletedCount > 0 && { num_deleted: deletedCount }),
    consumer_count: [...image.values(CONSUMER)].length,
  };
}

/** The archive, piece by piece; messages are read as they are asked for. */
export function* archiveOf(image: StreamImage, now: Moment, withConsumers: boolean): Generator<Buffer> {
  yield archiveBegin;
  yield encodeEntry(documentOf(STATE_NAME, now, stateOf(image)));
  if (withConsumers) for (const entry of consumersOf(image, now)) yield encodeEntry(entry);
  for (const message of image.stored()) yield encodeEntry(entryOf(message));
  yield archiveEnd;
}

function* consumersOf(image: StreamImage, now: Moment): Generator<ArchiveEntry> {
  for (const [key, bytes] of image.values(CONSUMER)) {
    const { config, lastsEnd } = JSON.parse(bytes.toString()) as ConsumerValue;
    const saved = image.value(`consumer-state/${key.slice(CONSUMER.length)}`) as Buffer;
    const state = backUpConsumer(ConsumerState.load(config.ack_policy !== 'none', saved));
    yield documentOf(CONSUMER_PREFIX + config.name, now, {
      ...{ config: withoutServer(config), state, skein: { lasts_end: lastsEnd } },
    });
  }
}

const entryOf = ({ subject, ...message }: StoredMessage): ArchiveEntry => ({ ...message, name: subject });

function documentOf(name: string, { seconds, nanos }: Moment, document: object): ArchiveEntry {
  // Names inside have a char a byte.
  const content = Buffer.from(JSON.stringify(document), 'latin1');
  return { name, sequence: 0, seconds, nanos, content, headerBytes: 0 };
}

const jsonOf = (image: StreamImage, name: string): unknown => JSON.parse((image.value(name) as Buffer).toString());
