import { apiErrors } from '../api-error.ts';
import { checkConsumerName } from './check-consumer-config.ts';
import type { RequestedConsumer } from './consumer-config.ts';

/** By what subject a request to create a consumer came. */
export type CreateSubject =
  /** `$JS.API.CONSUMER.CREATE.<stream>` */
  | { readonly kind: 'ephemeral' }
  /** `$JS.API.CONSUMER.DURABLE.CREATE.<stream>.<name>` */
  | { readonly kind: 'durable'; readonly name: string }
  /** `$JS.API.CONSUMER.CREATE.<stream>.<name>[.<filter>]` */
  | { readonly kind: 'named'; readonly name: string; readonly filter?: string };

/**
 * What the consumer will be called; empty: a name has to be made up.
 *
 * @throws ApiError where the subject says something else than the request
 */
export function consumerName(subject: CreateSubject, config: RequestedConsumer): string {
  const { durable_name: durable = '' } = config;
  if (subject.kind === 'ephemeral') {
    if (durable !== '') throw apiErrors.consumerNotEphemeral();
    const { name = '' } = config;
    if (name !== '') checkConsumerName(name);
    return name;
  }
  if (durable !== '' && durable !== subject.name) throw apiErrors.consumerNameMismatch();
  if (subject.kind === 'durable' && durable === '') throw apiErrors.consumerNotDurable();
  if (subject.kind === 'named' && subject.filter !== undefined) checkFilter(subject.filter, config);
  checkConsumerName(subject.name);
  return subject.name;
}

function checkFilter(filter: string, { filter_subject, filter_subjects = [] }: RequestedConsumer): void {
  if (filter_subjects.length > 0) throw apiErrors.filtersNotInSubject();
  if (filter !== filter_subject) throw apiErrors.filterMismatch();
}
