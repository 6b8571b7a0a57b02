import type { JetStreamLimits } from '@skein/accounts';
import type { Member } from '@skein/bus';
import {
  type AccountOverview,
  type ApiCounts,
  type FindAnswer,
  type FindQuestion,
  type JetStreamOverview,
  type JetStreamUsage,
  type StreamConfig,
  type StreamsPosition,
  type StreamsQuestion,
  type StreamTrouble,
  streamState,
  timeText,
} from '@skein/jetstream-core';
import { subjectFromText } from '@skein/subjects';
import { shownConsumers } from './api/views.ts';
import type { Directory, HostedConsumer, HostedStream, JetStreamAccount } from './hosting.ts';

/** About so much text is in one answer; one stream or consumer more at most. */
const ANSWER_CHARS_MAX = 1024 * 1024;
const TROUBLES_MAX = 1000;

/** What the monitor is answered from. */
export interface Monitored {
  readonly directory: Directory;
  /** The node's, as people see it. */
  readonly serverName: string;
  limitsOf(account: string): JetStreamUsage;
  apiCountsOf(account: string): ApiCounts;
  /** Streams that cannot be served. */
  troubles(): Iterable<StreamTrouble>;
  /** As the API shows it, with its configuration. */
  describe(stream: HostedStream, consumer: HostedConsumer): object;
}

/** Answers the monitor's questions about streams and consumers. */
export function answerMonitor(member: Pick<Member, 'handle'>, monitored: Monitored): void {
  member.handle('jetstream', () => JSON.stringify(overview(monitored)));
  member.handle('jetstream-streams', (body) => streamsText(monitored, JSON.parse(body) as StreamsQuestion));
  member.handle('jetstream-find', (body) => JSON.stringify(find(monitored, JSON.parse(body) as FindQuestion)));
}

export function overview(monitored: Monitored): JetStreamOverview {
  return {
    accounts: Array.from(monitored.directory.accounts, (account) => accountOverview(monitored, account)),
    troubles: Array.from(take(monitored.troubles(), TROUBLES_MAX)),
  };
}

function accountOverview(monitored: Monitored, { name, streams }: JetStreamAccount): AccountOverview {
  const used = { memory: 0, storage: 0 };
  const reserved = { memory: 0, storage: 0 };
  let consumers = 0;
  let messages = 0;
  for (const one of streams.values()) {
    const { store, config } = one.stream;
    const kind = config.storage === 'memory' ? 'memory' : 'storage';
    used[kind] += store.bytes;
    reserved[kind] += Math.max(0, config.max_bytes);
    messages += store.messages;
    consumers += shownConsumers(one).length;
  }
  return {
    account: name,
    ...used,
    reserved,
    limits: monitored.limitsOf(name),
    streams: streams.size,
    consumers,
    messages,
    bytes: used.memory + used.storage,
    api: monitored.apiCountsOf(name),
  };
}

export function find({ directory }: Monitored, { account, stream, consumer }: FindQuestion): FindAnswer {
  const found = directory.account(account)?.streams.get(subjectFromText(stream));
  return { stream: found !== undefined, consumer: found?.consumers.has(subjectFromText(consumer)) ?? false };
}

/** JSON of a `StreamsAnswer`, put together from its parts so that its size is known. */
export function streamsText(monitored: Monitored, question: StreamsQuestion): string {
  const account = monitored.directory.account(question.account);
  // By name: a stream that comes or goes between two answers moves few others.
  const streams = [...(account?.streams.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  const texts: string[] = [];
  let next: StreamsPosition | undefined;
  let chars = 0;
  let { consumer } = question.from;
  for (let at = question.from.stream; at < streams.length && next === undefined; at++) {
    if (chars >= ANSWER_CHARS_MAX) {
      next = { stream: at, consumer: 0 };
      break;
    }
    const one = streams[at] as HostedStream;
    const part = streamText(monitored, one, question, consumer, ANSWER_CHARS_MAX - chars);
    texts.push(part.text);
    chars += part.text.length;
    consumer = 0;
    if (part.nextConsumer > 0) next = { stream: at, consumer: part.nextConsumer };
  }
  const rest = next === undefined ? '' : `,"next":${JSON.stringify(next)}`;
  // Names inside have a char a byte.
  return Buffer.from(`{"streams":[${texts.join(',')}]${rest}}`, 'latin1').toString();
}

/** @returns the consumer to go on with, 0: all are in it */
function streamText(
  monitored: Monitored,
  stream: HostedStream,
  { consumers, direct, config: withConfig }: StreamsQuestion,
  from: number,
  charsMax: number,
): { text: string; nextConsumer: number } {
  const { config } = stream.stream;
  const { created } = stream;
  const shown = shownConsumers(stream);
  const head = {
    name: stream.name,
    created: timeText(created.seconds, created.nanos),
    cluster: { leader: subjectFromText(monitored.serverName) },
    ...(withConfig && { config: withoutVersions(config) }),
    state: streamState(stream.stream, shown.length).state,
  };
  const opening = JSON.stringify(head).slice(0, -1);
  // Behind the consumers, as in nats-server.
  const ending = JSON.stringify({
    ...(consumers && direct && directConsumers(monitored, stream)),
    ...stream.origins(),
  });
  const rest = ending === '{}' ? '}' : `,${ending.slice(1)}`;
  if (!consumers || shown.length === 0) return { text: opening + rest, nextConsumer: 0 };
  const all = shown.sort((a, b) => (a.name < b.name ? -1 : 1));
  const texts: string[] = [];
  let chars = opening.length;
  let at = from;
  for (; at < all.length && (chars < charsMax || at === from); at++) {
    const text = JSON.stringify(consumerDetail(monitored.describe(stream, all[at] as HostedConsumer), withConfig));
    texts.push(text);
    chars += text.length;
  }
  return { text: `${opening},"consumer_detail":[${texts.join(',')}]${rest}`, nextConsumer: at < all.length ? at : 0 };
}

/** Those by which mirrors and sources elsewhere take. */
function directConsumers(monitored: Monitored, stream: HostedStream): object {
  const direct = [...stream.consumers.values()].filter(({ config }) => config.direct === true);
  if (direct.length === 0) return {};
  return { direct_consumer_detail: direct.map((one) => consumerDetail(monitored.describe(stream, one), false)) };
}

function consumerDetail(view: object, withConfig: boolean): object {
  const { config, ...others } = view as { config: { metadata?: Record<string, string> } };
  if (!withConfig) return others;
  return Object.fromEntries(
    Object.entries(view).map(([field, value]) => [field, field === 'config' ? withoutVersions(config) : value]),
  );
}

/** Of what the API adds to metadata only the level that is required is shown. */
function withoutVersions<C extends Pick<StreamConfig, 'metadata'> | { metadata?: Record<string, string> }>(
  config: C,
): C {
  const { '_nats.level': _, '_nats.ver': __, ...metadata } = (config.metadata ?? {}) as Record<string, string>;
  // As nats-server writes them.
  return { ...config, metadata: Object.fromEntries(Object.entries(metadata).sort()) };
}

function* take<T>(all: Iterable<T>, max: number): Generator<T> {
  let left = max;
  for (const one of all) {
    if (left-- === 0) return;
    yield one;
  }
}

/** Of all tiers together; none: it may have nothing. */
export function totalLimits(tiers: Readonly<Record<string, JetStreamLimits>> = {}): JetStreamUsage {
  const all = Object.values(tiers);
  const total = (sizes: number[]): number => (sizes.some((size) => size < 0) ? -1 : sizes.reduce((a, b) => a + b, 0));
  return {
    memory: total(all.map(({ memoryBytesMax }) => memoryBytesMax)),
    storage: total(all.map(({ fileBytesMax }) => fileBytesMax)),
  };
}
