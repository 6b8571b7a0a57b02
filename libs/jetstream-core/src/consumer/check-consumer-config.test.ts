import { expect, it } from 'vitest';
import { ApiError, apiErrors } from '../api-error.ts';
import recorded from '../recorded/consumer-config.json' with { type: 'json' };
import { checkStreamConfig } from '../stream/check-stream-config.ts';
import type { StreamConfig } from '../stream/stream-config.ts';
import { checkBesideOthers, checkConsumerConfig, requiredLevel } from './check-consumer-config.ts';
import { checkConsumerUpdate } from './check-consumer-update.ts';
import type { ConsumerConfig, RequestedConsumer } from './consumer-config.ts';
import { type CreateSubject, consumerName } from './consumer-name.ts';
import { readConsumerRequest } from './read-consumer-config.ts';

interface Recorded {
  to: string;
  /** What the stream has beside a name and subjects; which consumers it has already. */
  stream?: Partial<StreamConfig>;
  before?: RequestedConsumer[];
  /** What was asked for; or the bytes themselves. */
  request?: object;
  body?: string;
  response: { error?: object; config?: object };
}

function parse(to: string): { stream: string; subject: CreateSubject } {
  const tokens = to.split('.');
  if (tokens[3] === 'DURABLE') {
    return { stream: tokens[5] as string, subject: { kind: 'durable', name: tokens[6] as string } };
  }
  const [stream = '', name, ...filter] = tokens.slice(4);
  if (name === undefined) return { stream, subject: { kind: 'ephemeral' } };
  return { stream, subject: { kind: 'named', name, ...(filter.length > 0 && { filter: filter.join('.') }) } };
}

function create({ to, stream: own, before = [], request, body }: Recorded): ConsumerConfig {
  const stream = checkStreamConfig({ name: 'S', subjects: ['s.>'], storage: 'memory', ...own });
  const others = before.map((one) => checkConsumerConfig(one, one.name ?? '', stream));
  const { stream: inSubject, subject } = parse(to);
  const { streamName, config, action, pedantic } = readConsumerRequest(body ?? JSON.stringify(request));
  if (streamName !== inSubject) throw apiErrors.streamMismatch();
  if (inSubject !== 'S') throw apiErrors.streamNotFound();
  const name = consumerName(subject, config);
  const current = others.find((other) => other.name === name);
  if (current !== undefined) {
    const next = checkConsumerUpdate(current, config, stream, pedantic);
    if (action === 'create' && JSON.stringify(next) !== JSON.stringify(current)) throw apiErrors.consumerExists();
    return next;
  }
  if (action === 'update') throw apiErrors.consumerMissing();
  const checked = checkConsumerConfig(config, name === '' ? '*' : name, stream, pedantic);
  checkBesideOthers(checked, others, stream);
  return checked;
}

function answer(one: Recorded): object {
  try {
    return { config: create(one) };
  } catch (error) {
    if (error instanceof ApiError) return { error: error.toJSON() };
    throw error;
  }
}

it.each(Object.entries(recorded as unknown as Record<string, Recorded>))('%s', (_, one) => {
  const { error, config } = one.response;
  expect(answer(one)).toEqual(error === undefined ? { config } : { error });
});

it('metadata has a limit', () => {
  const stream = checkStreamConfig({ name: 'S' });
  const metadata = { a: 'b'.repeat(128 * 1024) };
  expect(() => checkConsumerConfig({ metadata }, 'C', stream)).toThrow(apiErrors.consumerMetadataTooLong());
});

it('an unset time to pause until needs no newer server', () => {
  const levelOf = (pause_until?: string): number => requiredLevel({ pause_until });
  expect([levelOf(), levelOf('0001-01-01T00:00:00Z'), levelOf('2036-01-01T00:00:00Z')]).toEqual([0, 0, 1]);
});
