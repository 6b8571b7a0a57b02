import type { JetStreamLimits } from '@skein/accounts';
import { API_LEVEL, type ApiCounts, apiErrors } from '@skein/jetstream-core';
import type { AccountUsage, ApiContext, JetStreamAccount, TierUsage } from '../hosting.ts';
import type { Reserved } from '../limits.ts';
import type { Call, Handler } from './call.ts';

export const accountInfo: Handler = ({ account, context, counter }: Call) => {
  const own = usageOf(account, { ...counter.of(account.name) });
  const { others } = context;
  if (others === undefined) return infoOf(account, context, [own]);
  return others.usage(account.name).then((usages) => infoOf(account, context, [own, ...usages]));
};

/** @param usages of all stores */
function infoOf(account: JetStreamAccount, { directory }: ApiContext, usages: readonly AccountUsage[]): object {
  const { domain } = directory;
  const { '': flat, ...tiers } = account.limits;
  const all = usages.map((one) => one.tiers);
  const tierViews = Object.keys(tiers).map((tier) => [tier, tierView(account, tier, all)]);
  const sum = (of: (counts: ApiCounts) => number): number => usages.reduce((total, { api }) => total + of(api), 0);
  const { memory, storage, ...counts } = totalUsage(all.flatMap((one) => Object.values(one)));
  return {
    memory,
    storage,
    ...reservedView(totalOf(account)),
    ...counts,
    limits: limitsView(flat),
    ...(domain !== '' && { domain }),
    api: { level: API_LEVEL, total: sum(({ total }) => total), errors: sum(({ errors }) => errors) },
    ...(flat === undefined && { tiers: Object.fromEntries(tierViews) }),
  };
}

/** All of an account's streams go, in their own time. What is no account has none. */
export function purgeAccount(context: ApiContext, name: string): object {
  context.others?.purge(name);
  return purgeHere(context, name);
}

/** Those of this store. */
export function purgeHere({ directory, log }: ApiContext, name: string): object {
  const account = directory.account(name);
  for (const stream of [...(account?.streams.keys() ?? [])]) {
    account?.delete(stream).catch((error: Error) => log.error(`'${name} > ${stream}' stays: ${error.message}`));
  }
  return { initiated: true };
}

/** What only a cluster does. @throws ApiError 10010 */
export const needsCluster: Handler = () => {
  throw apiErrors.clusterRequired();
};

function tierView(account: JetStreamAccount, tier: string, all: readonly AccountUsage['tiers'][]): object {
  const { memory, storage, ...counts } = totalUsage(all.flatMap((tiers) => tiers[tier] ?? []));
  const limits = limitsView(account.limits[tier]);
  return { memory, storage, ...reservedView(account.reserved(tier)), ...counts, limits };
}

/** What an account uses in this store. */
export function usageOf(account: JetStreamAccount, api: ApiCounts): AccountUsage {
  const tiers: Record<string, TierUsage> = {};
  for (const { stream, consumers } of account.streams.values()) {
    const { storage, num_replicas } = stream.config;
    const tier = `R${num_replicas}`;
    tiers[tier] ??= nothingUsed();
    tiers[tier][storage === 'memory' ? 'memory' : 'storage'] += stream.store.bytes;
    tiers[tier].streams++;
    tiers[tier].consumers += consumers.size;
  }
  return { tiers, api };
}

export const nothingUsed = (): TierUsage => ({ memory: 0, storage: 0, streams: 0, consumers: 0 });

function totalUsage(usages: readonly TierUsage[]): TierUsage {
  const total = nothingUsed();
  for (const usage of usages)
    for (const key of ['memory', 'storage', 'streams', 'consumers'] as const) total[key] += usage[key];
  return total;
}

function totalOf(account: JetStreamAccount): Reserved {
  const total = { streams: 0, memory: 0, file: 0 };
  for (const tier of Object.keys(account.limits)) {
    const { memory, file } = account.reserved(tier);
    total.memory += memory;
    total.file += file;
  }
  return total;
}

const reservedView = ({ memory, file }: Readonly<Reserved>): object => ({
  reserved_memory: memory,
  reserved_storage: file,
});

/** In nats-server's order; without limits of its own, as it has them with tiers, zeros. */
function limitsView(limits: JetStreamLimits | undefined): object {
  return {
    max_memory: limits?.memoryBytesMax ?? 0,
    max_storage: limits?.fileBytesMax ?? 0,
    max_streams: limits?.streamsMax ?? 0,
    max_consumers: limits?.consumersMax ?? 0,
    max_ack_pending: limits === undefined ? 0 : limits.ackPendingMax || -1,
    memory_max_stream_bytes: limits?.memoryStreamBytesMax ?? 0,
    storage_max_stream_bytes: limits?.fileStreamBytesMax ?? 0,
    max_bytes_required: limits?.isMaxBytesRequired ?? false,
  };
}
