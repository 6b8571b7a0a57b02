import type { StreamConfig } from '@skein/jetstream-core';
import { nothingUsed } from '../api/account-handlers.ts';
import { DIRECT_PREFIX } from '../api/direct.ts';
import type { Elsewhere } from '../directory.ts';
import type { StreamHost } from '../hosted-stream.ts';
import type { AccountUsage, ApiRequest, JetStreamAccount, OtherStores, ShownStream, TierUsage } from '../hosting.ts';
import { tierOf } from '../ledger.ts';
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
    get isComplete() {
      return others.isComplete;
    },
    streams: (account) => catalogue.of(account),
    stream: (account, name) => catalogue.stream(account, name),
    used: (account, room) => others.used(account, room),
    seatFor: () => others.leastUsed(own()),
    create: (seat, account, config) => others.create(seat, { account, config }),
    update: (seat, account, config: StreamConfig) => others.ask<ShownStream>(seat, 'store-update', { account, config }),
    listed: (stream) => others.listed(listingOf(stream)),
    gone: ({ account, name }) => others.gone(account, name),
  };
}

/** Other stores, as the API sees them. */
export function otherStores(others: Others): OtherStores {
  return {
    async list(streams) {
      const bySeat = Map.groupBy(streams, ({ seat }) => seat);
      const lists = await Promise.all(
        Array.from(bySeat, async ([seat, ones]) => {
          const names = ones.map(({ name }) => name);
          const { account } = ones[0] as StreamElsewhere;
          const answer = await others.askSoon<{ streams: object[] }>(seat, 'store-list', { account, names });
          return answer === undefined ? { streams: [], missing: names } : { ...answer, missing: [] };
        }),
      );
      return {
        streams: lists.flatMap((one) => one.streams),
        missing: lists.flatMap((one) => one.missing).sort(),
      };
    },
    usage: (account) =>
      Promise.all(
        Array.from(others.seats, async (seat) => {
          const answer = await others.askSoon<AccountUsage>(seat, 'store-usage', { account });
          return answer ?? usageAsTold(others, seat, account);
        }),
      ),
    purge: (account) => {
      for (const seat of others.seats) others.ask(seat, 'store-purge', { account }).catch(() => {});
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
  account: Pick<JetStreamAccount, 'name' | 'streams' | 'directOf'>,
  subject: string,
): number | undefined {
  const { name, streams } = account;
  const stream = namedStream(subject);
  if (stream === undefined || streams.has(stream)) return undefined;
  const listed = catalogue.stream(name, stream);
  if (listed !== undefined || !subject.startsWith(DIRECT_PREFIX) || account.directOf(stream) !== undefined)
    return listed?.seat;
  return catalogue.mirror(name, stream)?.seat;
}

/** What an account uses in a store that does not answer, as far as that has said so by itself: of consumers it does not tell. */
function usageAsTold(others: Others, seat: number, account: string): AccountUsage {
  const tiers: Record<string, TierUsage> = {};
  const usageOf = (tier: string): TierUsage => (tiers[tier] ??= nothingUsed());
  for (const [, room, bytes] of others.usedBy(seat, account)) {
    const [storage, tier = ''] = room.split(' ');
    usageOf(tier)[storage === 'memory' ? 'memory' : 'storage'] += bytes;
  }
  for (const stream of others.catalogue.of(account)) {
    if (stream.seat === seat) usageOf(tierOf(stream.config)).streams++;
  }
  return { tiers, api: { total: 0, errors: 0 } };
}
