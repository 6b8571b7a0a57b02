import type { StreamConfig } from '@skein/jetstream-core';
import type { Elsewhere } from '../directory.ts';
import type { StreamHost } from '../hosted-stream.ts';
import type { AccountUsage, ApiRequest, JetStreamAccount, OtherStores, ShownStream } from '../hosting.ts';
import type { Catalogue, ListedStream, StreamElsewhere } from './catalogue.ts';
import { namedStream } from './named-stream.ts';
import type { Others } from './others.ts';
import { decides } from './seat.ts';

/** What others are told of a stream. */
export const listingOf = ({ account, name, created, stream }: StreamHost): ListedStream => ({
  account,
  name,
  created,
  config: stream.config,
});

/** Other stores, as the directory sees them. @param own how many streams this store has */
export function elsewhereBy(others: Others, own: () => number): Elsewhere {
  const { catalogue } = others;
  return {
    streams: (account) => catalogue.of(account),
    stream: (account, name) => catalogue.stream(account, name),
    seatFor: () => others.leastUsed(own()),
    create: (seat, account, config) => others.create(seat, { account, config }),
    update: (seat, account, config: StreamConfig) => others.ask<ShownStream>(seat, 'store-update', { account, config }),
    listed: (stream) => others.listed(listingOf(stream)),
    gone: ({ account, name }) => others.gone(account, name),
  };
}

/** Other stores, as the API sees them. */
export function otherStores(others: Others): OtherStores {
  const all = <T extends object>(method: string, account: string): Promise<T[]> =>
    Promise.all([...others.seats].map((seat) => others.ask<T>(seat, method, { account })));
  return {
    async list(streams) {
      const bySeat = Map.groupBy(streams, ({ seat }) => seat);
      const lists = await Promise.all(
        [...bySeat].map(([seat, ones]) =>
          others.ask<{ streams: object[] }>(seat, 'store-list', {
            account: (ones[0] as StreamElsewhere).account,
            names: ones.map(({ name }) => name),
          }),
        ),
      );
      return lists.flatMap((one) => one.streams);
    },
    usage: (account) => all<AccountUsage>('store-usage', account),
    purge: (account) => {
      all('store-purge', account).catch(() => {});
    },
    // What another store has handed on goes no further.
    handOn: (request) => decides(others.seat) && handOn(others, request),
    get isComplete() {
      return others.isComplete;
    },
  };
}

/** @returns false: it is not for a stream of another store */
function handOn(others: Others, { account, subject, reply, content, headerBytes }: ApiRequest): boolean {
  if (account === undefined) return false;
  const seat = seatOf(others.catalogue, account, subject);
  if (seat === undefined) return false;
  others.handOn(seat, { account: account.name, subject, reply, content, headerBytes });
  return true;
}

/** Where the stream is that a message under `$JS` is for; undefined: here, or nowhere. @param subject without a domain */
export function seatOf(
  catalogue: Catalogue,
  { name, streams }: Pick<JetStreamAccount, 'name' | 'streams'>,
  subject: string,
): number | undefined {
  const stream = namedStream(subject);
  return stream === undefined || streams.has(stream) ? undefined : catalogue.stream(name, stream)?.seat;
}
