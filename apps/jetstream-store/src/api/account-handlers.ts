import type { JetStreamLimits } from '@skein/accounts';
import { API_LEVEL, apiErrors } from '@skein/jetstream-core';
import type { ApiContext, HostedStream, JetStreamAccount } from '../hosting.ts';
import type { Reserved } from '../limits.ts';
import type { Call, Handler } from './call.ts';

export const accountInfo: Handler = ({ account, context, counter }: Call) => {
  const { domain } = context.directory;
  const streams = [...account.streams.values()];
  const { '': flat, ...tiers } = account.limits;
  const tierViews = Object.keys(tiers).map((tier) => [tier, tierView(account, tier, streams)]);
  return {
    ...usageOf(streams),
    ...reservedView(totalOf(account)),
    ...countsOf(streams),
    limits: limitsView(flat),
    ...(domain !== '' && { domain }),
    api: { level: API_LEVEL, ...counter.of(account.name) },
    ...(flat === undefined && { tiers: Object.fromEntries(tierViews) }),
  };
};

/** All of an account's streams go, in their own time. What is no account has none. */
export function purgeAccount({ directory, log }: ApiContext, name: string): object {
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

function tierView(account: JetStreamAccount, tier: string, all: readonly HostedStream[]): object {
  const streams = all.filter(({ stream }) => `R${stream.config.num_replicas}` === tier);
  const limits = limitsView(account.limits[tier]);
  return { ...usageOf(streams), ...reservedView(account.reserved(tier)), ...countsOf(streams), limits };
}

function usageOf(streams: readonly HostedStream[]): { memory: number; storage: number } {
  let memory = 0;
  let storage = 0;
  for (const { stream } of streams) {
    if (stream.config.storage === 'memory') memory += stream.store.bytes;
    else storage += stream.store.bytes;
  }
  return { memory, storage };
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

const countsOf = (streams: readonly HostedStream[]): object => ({
  streams: streams.length,
  consumers: streams.reduce((sum, { consumers }) => sum + consumers.size, 0),
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
