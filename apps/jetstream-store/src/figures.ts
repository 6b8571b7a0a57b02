import type { StoreFigures } from '@skein/metrics';
import type { Meters } from './meters.ts';
import type { LinkOutbox } from './outbox.ts';
import type { Shards } from './shards.ts';

/** What the store adds to a process's answer to `stats`. */
export function storeFigures(
  { files, memory }: Pick<Shards, 'files' | 'memory'>,
  meters: Meters,
  { lost }: Pick<LinkOutbox, 'lost'>,
): StoreFigures {
  const streams = [memory, ...files].flatMap((shard) => [...shard.streams.values()]);
  const loads = files.map(({ load }) => load);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    streams: streams.length,
    streamsOutOfService: streams.filter(({ fault }) => fault !== undefined).length,
    consumers: sum(streams.map(({ consumers }) => consumers.size)),
    shardsServing: files.filter(({ fault }) => fault === undefined).length,
    shardsFailed: files.filter(({ fault }) => fault !== undefined).length,
    shardFailures: meters.failures,
    damages: sum(files.map(({ damage }) => damage.length)),
    waitingRecords: sum(loads.map(({ waitingRecords }) => waitingRecords)),
    waitingBytes: sum(loads.map(({ waitingBytes }) => waitingBytes)),
    dirtyBytes: sum(loads.map(({ dirtyBytes }) => dirtyBytes)),
    cacheBytes: sum(loads.map(({ cacheBytes }) => cacheBytes)),
    syncSeconds: meters.sync.figures(),
    flushSeconds: meters.flush.figures(),
    openingSeconds: meters.opening.figures(),
    answersLost: lost,
  };
}
