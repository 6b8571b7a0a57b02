import type { StreamDetail } from '@skein/jetstream-core';
import { type JetStreamAccount, type MeasuredStream, seriesPerConsumer, seriesPerStream } from '@skein/metrics';
import type { Monitor } from '../monitor.ts';
import { accountTag } from '../operator-accounts.ts';

/** -1 as the exporter shows it: it reads an unsigned number. */
const UNLIMITED = 2 ** 64;

/** Accounts with those of their streams and consumers that so many series have room for; undefined: there is no JetStream. */
export async function measuredStreams(monitor: Monitor, seriesMax: number): Promise<JetStreamAccount[] | undefined> {
  if (monitor.configuration.jetstream === undefined) return undefined;
  const { accounts } = await monitor.jetstream.totals();
  let left = seriesMax;
  const measured: JetStreamAccount[] = [];
  for (const { account, memory, storage, limits, streams } of accounts) {
    const room = left;
    const isEnough = (found: readonly StreamDetail[]): boolean => seriesOf(found) >= room;
    const parts = { consumers: true, direct: false, config: true };
    const found = left > 0 && streams > 0 ? await monitor.jetstream.streams(account, parts, isEnough) : [];
    left -= seriesOf(found);
    measured.push({
      ...{ name: await accountTag(monitor, account), id: account, memory, storage },
      reserved_memory: limits.memory < 0 ? UNLIMITED : limits.memory,
      reserved_storage: limits.storage < 0 ? UNLIMITED : limits.storage,
      // The store says of them what /jsz has.
      stream_detail: found as readonly StreamDetail[] as readonly MeasuredStream[],
    });
  }
  return measured;
}

const seriesOf = (streams: readonly StreamDetail[]): number =>
  streams.reduce(
    (sum, { consumer_detail = [] }) => sum + seriesPerStream + consumer_detail.length * seriesPerConsumer,
    0,
  );
