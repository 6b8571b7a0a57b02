import type { StreamConfig } from '@skein/jetstream-core';
import type { Elsewhere } from '../directory.ts';
import type { StreamHost } from '../hosted-stream.ts';
import type { AccountUsage, OtherStores, ShownStream } from '../hosting.ts';
import type { ListedStream, StreamElsewhere } from './catalogue.ts';
import type { Others } from './others.ts';

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
    get isComplete() {
      return others.isComplete;
    },
  };
}
