import { NO_TIME, type Page, type StateDetails, streamState, timeText } from '@skein/jetstream-core';
import type { ApiContext, HostedConsumer, HostedStream, ShownStream } from '../hosting.ts';

/** RFC 3339 of a time in milliseconds with fractions, which are exact to a microsecond. */
export function timeOf(millis: number): string {
  const micros = Math.round(millis * 1000);
  return timeText(Math.floor(micros / 1e6), (micros % 1e6) * 1000);
}

/** Those by which mirrors and sources take are nobody else's business. */
export const shownConsumers = ({ consumers }: HostedStream): HostedConsumer[] =>
  [...consumers.values()].filter(({ config }) => config.direct !== true);

/** A stream as the API shows it; `more` where nats-server says more of one stream than of several. */
export function streamView(
  hosted: HostedStream,
  { directory, now }: ApiContext,
  more: { readonly details?: StateDetails; readonly leader?: string } = {},
): { page: Page; view: { domain?: string } } {
  const { stream, created } = hosted;
  const { state, page } = streamState(stream, shownConsumers(hosted).length, more.details);
  const view = {
    config: stream.config,
    created: timeText(created.seconds, created.nanos),
    state,
    ...(directory.domain !== '' && { domain: directory.domain }),
    ...(more.leader !== undefined && { cluster: { leader: more.leader } }),
    ...hosted.origins(),
    ts: timeOf(now()),
  };
  return { page, view };
}

/** A stream as the API shows it, here or by what its store says. */
export const shownStream = (stream: HostedStream | ShownStream, context: ApiContext): { domain?: string } =>
  'shown' in stream ? stream.shown : streamView(stream, context).view;

/** One of many: the metadata is what was written down, without what this server adds (ADR-44). */
export function listedStream(stream: HostedStream, context: ApiContext): object {
  return { ...streamView(stream, context).view, config: withoutServer(stream.stream.config) };
}

/** A consumer as the API shows it. */
export function consumerView(stream: HostedStream, one: HostedConsumer, { now }: Pick<ApiContext, 'now'>): object {
  return {
    stream_name: stream.name,
    name: one.name,
    created: timeText(one.created.seconds, one.created.nanos),
    config: one.config,
    ...one.info(),
    ts: timeOf(now()),
    ...groupView(one),
  };
}

/** Of several groups nats-server shows the first. */
function groupView(one: HostedConsumer): object {
  const [group] = one.config.priority_groups ?? [];
  if (group === undefined) return {};
  const pin = one.consumer.pinOf(group);
  const pinned =
    pin === undefined ? { pinned_ts: NO_TIME } : { pinned_client_id: pin.id, pinned_ts: timeOf(pin.since) };
  return { priority_groups: [{ group, ...pinned }] };
}

export function listedConsumer(stream: HostedStream, one: HostedConsumer, context: ApiContext): object {
  return { ...consumerView(stream, one, context), config: withoutServer(one.config) };
}

/** A configuration whose metadata is what was written down, without what this server adds (ADR-44). */
export function withoutServer<T extends { metadata?: Record<string, string> }>(config: T): T {
  const { '_nats.level': _, '_nats.ver': __, ...metadata } = config.metadata ?? {};
  return { ...config, metadata };
}
