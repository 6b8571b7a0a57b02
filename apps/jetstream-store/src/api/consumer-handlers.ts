import { isDeepStrictEqual } from 'node:util';
import {
  apiErrors,
  type ConsumerConfig,
  type CreateSubject,
  checkBesideOthers,
  checkConsumerConfig,
  checkConsumerUpdate,
  checkResetSequence,
  consumerName,
  NO_TIME,
  type RequestedConsumer,
  readConsumerRequest,
  readPageRequest,
  readPauseRequest,
  readResetRequest,
  readUnpinRequest,
} from '@skein/jetstream-core';
import { consumerWithin, limitsFor, withBatch } from '../limits.ts';
import { type Call, consumerOf, type Handler, refuseBody, streamOf } from './call.ts';
import { byName, pageOf } from './page.ts';
import { consumerView, listedConsumer, shownConsumers } from './views.ts';

const NAMES_MAX = 1024;
const LISTED_MAX = 256;
const MILLISECOND = 1_000_000;
const MADE_UP_LETTERS = 8;

/** By `CONSUMER.CREATE.<stream>[.<name>[.<filter>]]`. */
export const createConsumer: Handler = (call) => {
  const [, name, ...filter] = call.names;
  if (name === undefined) return create(call, { kind: 'ephemeral' });
  return create(call, { kind: 'named', name, ...(filter.length > 0 && { filter: filter.join('.') }) });
};

/** By `CONSUMER.DURABLE.CREATE.<stream>.<name>`. */
export const createDurable: Handler = (call) => create(call, { kind: 'durable', name: call.names[1] as string });

async function create(call: Call, subject: CreateSubject): Promise<object> {
  const { streamName, config: requested, action, pedantic } = readConsumerRequest(call.text);
  if (streamName !== call.names[0]) throw apiErrors.streamMismatch();
  const stream = streamOf(call);
  const { config: streamConfig } = stream.stream;
  const name = consumerName(subject, requested);
  const existing = stream.consumers.get(name);
  if (existing !== undefined) {
    const next = within(call, requested, (asked) =>
      checkConsumerUpdate(existing.config, asked, streamConfig, pedantic),
    );
    const isSame = isDeepStrictEqual(next, existing.config);
    if (action === 'create' && !(isSame && next.durable_name !== undefined)) throw apiErrors.consumerExists();
    const updated = isSame ? existing : await stream.updateConsumer(name, next);
    return consumerView(stream, updated, call.context);
  }
  if (action === 'update') throw apiErrors.consumerMissing();
  const own = name || madeUp();
  const config = within(call, requested, (asked) => checkConsumerConfig(asked, own, streamConfig, pedantic));
  const others = [...stream.consumers.values()].map((other) => other.config);
  checkBesideOthers(config, others, streamConfig);
  const { consumersMax } = limitsFor(call.account.limits, streamConfig.num_replicas);
  if (consumersMax > 0 && others.length >= consumersMax) throw apiErrors.consumersTooMany();
  const created = await stream.createConsumer(config);
  // The answer says whether it is bound.
  await created.interestKnown();
  return consumerView(stream, created, call.context);
}

/** With what the server and the account have for defaults and limits. */
function within(
  { account, context }: Call,
  requested: RequestedConsumer,
  check: (asked: RequestedConsumer) => ConsumerConfig,
): ConsumerConfig {
  const config = check(withBatch(requested, context.limits));
  const limits = limitsFor(account.limits, config.num_replicas);
  return consumerWithin(config, Boolean(requested.max_ack_pending), limits, context.limits);
}

export const consumerInfo: Handler = async (call) => {
  refuseBody(call);
  const { stream, consumer } = consumerOf(call);
  await consumer.forgetAbsent();
  return consumerView(stream, consumer, call.context);
};

export const consumerNames: Handler = (call) => {
  const { offset } = readPageRequest(call.text, 'JSApiConsumersRequest');
  const { items, ...page } = pageOf(byName(shownConsumers(streamOf(call))), offset, NAMES_MAX);
  return { ...page, consumers: items.map(({ name }) => name) };
};

export const listConsumers: Handler = (call) => {
  const { offset } = readPageRequest(call.text, 'JSApiConsumersRequest');
  const stream = streamOf(call);
  const { items, ...page } = pageOf(byName(shownConsumers(stream)), offset, LISTED_MAX);
  return { ...page, consumers: items.map((one) => listedConsumer(stream, one, call.context)) };
};

export const deleteConsumer: Handler = async (call) => {
  refuseBody(call);
  const { stream, consumer } = consumerOf(call);
  await stream.deleteConsumer(consumer.name);
  return { success: true };
};

export const pauseConsumer: Handler = async (call) => {
  const until = readPauseRequest(call.text);
  const { consumer } = consumerOf(call);
  await consumer.pause(until);
  const left = until === undefined ? 0 : Date.parse(until) - call.context.now();
  return {
    paused: left > 0,
    pause_until: until ?? NO_TIME,
    ...(left > 0 && { pause_remaining: Math.round(left * MILLISECOND) }),
  };
};

export const unpinConsumer: Handler = (call) => {
  const group = readUnpinRequest(call.text);
  const { consumer } = consumerOf(call);
  if (!consumer.config.priority_groups?.includes(group)) throw apiErrors.groupNotFound();
  consumer.unpin(group);
  return {};
};

export const resetConsumer: Handler = async (call) => {
  const sequence = readResetRequest(call.text);
  const { stream, consumer } = consumerOf(call);
  checkResetSequence(consumer.config, sequence);
  const begins = sequence || consumer.consumer.state.floor.stream + 1;
  await consumer.reset(sequence);
  return { ...consumerView(stream, consumer, call.context), reset_seq: begins };
};

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A name for whom nobody named. */
function madeUp(): string {
  const random = crypto.getRandomValues(new Uint32Array(MADE_UP_LETTERS));
  return Array.from(random, (number) => letters[number % letters.length]).join('');
}
