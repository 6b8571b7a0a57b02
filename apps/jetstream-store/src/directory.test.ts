import { unlimitedJetStream } from '@skein/accounts';
import type { StreamConfig } from '@skein/jetstream-core';
import { expect, it } from 'vitest';
import { type DirectoryHost, StreamDirectory } from './directory.ts';
import type { StreamHost } from './hosted-stream.ts';
import type { StreamElsewhere } from './stores/catalogue.ts';

const config = {
  name: 'X',
  subjects: ['x'],
  storage: 'file',
  num_replicas: 1,
  max_bytes: -1,
} as unknown as StreamConfig;

/** The directory of the store that decides; the test plays its shards, and the other stores. */
function start() {
  const listed = new Map<string, StreamElsewhere>();
  const errors: string[] = [];
  const elsewhere = {
    isComplete: false,
    streams: () => listed.values(),
    stream: (_account: string, name: string) => listed.get(name),
    used: () => 70,
    seatFor: () => undefined,
    listed: () => {},
  };
  const directory = new StreamDirectory('', { maxMemoryBytes: -1, maxFileBytes: -1 }, {
    shardFor: async () => {
      throw new Error('a shard was asked for');
    },
    declare: () => {},
    settled: async () => {},
    adopted: () => {},
    seat: { number: 0, seats: 3 },
    logger: { error: (text: string) => errors.push(text) },
    elsewhere,
  } as unknown as DirectoryHost);
  directory.allow('A', { '': unlimitedJetStream() });
  const found = (name: string, host: object): StreamHost =>
    ({
      account: 'A',
      name,
      host,
      stream: { config: { ...config, name } },
      store: { bytes: 0 },
    }) as unknown as StreamHost;
  const at = (seat: number, name: string): StreamElsewhere => {
    const stream = { account: 'A', name, seat, created: { seconds: 0, nanos: 0 }, config: { ...config, name } };
    listed.set(name, stream);
    return stream;
  };
  return { directory, elsewhere, errors, found, at };
}

it('nothing is created or put back before all other stores have said what they have', async () => {
  const { directory, elsewhere } = start();
  const account = directory.account('A');
  await expect(account?.create(config)).rejects.toMatchObject({ errorCode: 10008 });
  await expect(account?.restore(config)).rejects.toMatchObject({ errorCode: 10008 });
  elsewhere.isComplete = true;
  await expect(account?.create(config)).rejects.toThrow('a shard was asked for');
  await expect(account?.restore(config)).rejects.toThrow('a shard was asked for');
});

it('says so when it finds two streams of a name', () => {
  const { directory, errors, found, at } = start();
  const host = {};
  directory.adopt([found('HERE', host), found('TWICE', host)]);
  directory.listingChanged(undefined, at(1, 'THERE'));
  // A shard is opened anew, a configuration has changed.
  directory.adopt([found('HERE', host)]);
  directory.listingChanged(at(1, 'THERE'), at(1, 'THERE'));
  expect(errors).toEqual([]);
  directory.adopt([found('TWICE', {}), found('THERE', host)]);
  directory.listingChanged(undefined, at(1, 'HERE'));
  directory.listingChanged(at(1, 'MOVED'), at(2, 'MOVED'));
  expect(errors.map((text) => /'A > (\w+)'/.exec(text)?.[1])).toEqual(['TWICE', 'THERE', 'HERE', 'MOVED']);
});

it('knows what other stores use of an account that was away', () => {
  const { directory, found } = start();
  const small = { '': { ...unlimitedJetStream(), fileBytesMax: 100 } };
  // They said so before it has anything here, or while it was not served.
  directory.usedElsewhere('A', 'file R1', 70);
  directory.allow('A', undefined);
  directory.allow('A', small);
  const stream = found('X', {});
  directory.adopt([stream]);
  expect([stream.share?.fault(30)?.errorCode, stream.share?.fault(31)?.errorCode]).toEqual([undefined, 10002]);
  directory.usedElsewhere('A', 'file R1', 50);
  expect([stream.share?.fault(50)?.errorCode, stream.share?.fault(51)?.errorCode]).toEqual([undefined, 10002]);
});
