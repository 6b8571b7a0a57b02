import type { Stream } from './frames.ts';

/** One measured figure of a row, and what Skein has to reach. */
export type Figure = {
  key: string;
  label: string;
  unit: string;
  target?: { ratioMin: number } | { max: number } | { min: number };
};

type Common = { name: string; title: string; gateways: number; figures: Figure[] };

/** Messages from publishers to subscribers, or from requesters to a responder and back. */
export type MessageRow = Common & { kind: 'messages'; load: Load };

/** What a node costs, rather than what it carries; each run has a server of its own. */
export type ShapeRow = Common & { kind: 'shape'; shape: ShapeName; runsMax: number };

export type Load =
  | { kind: 'publish'; publishers: number; stream: Stream }
  | {
      kind: 'deliver';
      publishers: number;
      subscribers: number;
      stream: Exclude<Stream, { kind: 'grid' }>;
      queue?: string;
      /** Publisher and subscriber on different gateways; the peer has none, and is measured without. */
      apart?: boolean;
    }
  | { kind: 'request'; requesters: number; payloadBytes: number };

/** What is large, and takes its size from `--scale`. */
export type LargeShapeName = 'restart' | 'idle-streams' | 'subjects-100k' | 'subjects-1m' | 'purge';

export type ShapeName =
  | 'logins'
  | 'subscriptions'
  | 'idle-connections'
  | 'churn'
  | 'accounts'
  | 'streams'
  | 'streams-synced'
  | 'streams-unsynced'
  | 'encryption'
  | LargeShapeName
  | 'idle-cpu'
  | 'start-up'
  | 'idle-memory';

export type Row = MessageRow | ShapeRow;

const one = (payloadBytes: number): Extract<Stream, { kind: 'one' }> => ({
  kind: 'one',
  subject: 'bench.subject',
  payloadBytes,
});

const rate = (ratioMin: number, unit = 'msgs/s'): Figure => ({
  key: 'rate',
  label: 'rate',
  unit,
  target: { ratioMin },
});

const messages = (name: string, title: string, figures: Figure[], load: Load, gateways = 1): MessageRow => ({
  kind: 'messages',
  ...{ name, title, figures, load, gateways },
});

const publish = (name: string, publishers: number, payloadBytes: number, ratioMin: number): MessageRow =>
  messages(name, `publish only, ${clients(publishers)}, ${payloadBytes} B`, [rate(ratioMin)], {
    kind: 'publish',
    publishers,
    stream: one(payloadBytes),
  });

const deliver = (
  name: string,
  [publishers, subscribers]: [number, number],
  payloadBytes: number,
  ratioMin: number,
): MessageRow =>
  messages(name, `${publishers}:${subscribers}, ${payloadBytes} B, delivered`, [rate(ratioMin)], {
    kind: 'deliver',
    publishers,
    subscribers,
    stream: one(payloadBytes),
  });

const request = (name: string, requesters: number): MessageRow =>
  messages(
    name,
    `request/reply, ${requesters} requester${requesters > 1 ? 's' : ''}, 128 B`,
    [
      rate(0.9, 'requests/s'),
      { key: 'p50Us', label: 'latency p50', unit: 'µs' },
      { key: 'p99Us', label: 'latency p99', unit: 'µs' },
    ],
    { kind: 'request', requesters, payloadBytes: 128 },
  );

const shape = (
  name: ShapeRow['name'],
  title: string,
  shapeName: ShapeName,
  figures: Figure[],
  runsMax = 3,
): ShapeRow => ({
  kind: 'shape',
  ...{ name, title, shape: shapeName, figures, runsMax, gateways: 1 },
});

function stored(key: string, label: string, ratioMin: number): Figure {
  return { key, label, unit: 'msgs/s', target: { ratioMin } };
}

function clients(number: number): string {
  return number === 1 ? '1 client' : `${number} clients`;
}

const seconds = (key: string, label: string, max?: number): Figure => ({
  ...{ key, label, unit: 's' },
  ...(max !== undefined && { target: { max } }),
});
const mebibytes = (key: string, label: string, max?: number): Figure => ({
  ...{ key, label, unit: 'MiB' },
  ...(max !== undefined && { target: { max } }),
});

const written = (name: string, subjects: string, shapeName: ShapeName): ShapeRow =>
  shape(
    name,
    `5 GiB in 1 KiB messages over ${subjects} subjects`,
    shapeName,
    [
      { key: 'lastTenth', label: 'speed of the last tenth, of the first', unit: '', target: { min: 0.7 } },
      { key: 'firstRate', label: 'first tenth', unit: 'msgs/s' },
      { key: 'lastRate', label: 'last tenth', unit: 'msgs/s' },
      mebibytes('writingMib', 'store, at most while writing', 1024),
      seconds('startSeconds', 'from spawn to the first publish'),
      mebibytes('startedMib', 'store, after a restart', 1024),
      seconds('subjectsSeconds', 'info with all subjects'),
      seconds('consumerSeconds', 'consumer of a tenth of the subjects: its creation'),
      { key: 'consumeRate', label: 'and consumed by it', unit: 'msgs/s' },
      mebibytes('readingMib', 'store, at most while reading', 1024),
    ],
    1,
  );

export const rows: Row[] = [
  publish('pub-1x16', 1, 16, 1.3),
  publish('pub-1x128', 1, 128, 1.3),
  publish('pub-4x16', 4, 16, 1.3),
  publish('pub-1x1024', 1, 1024, 1.0),
  deliver('1to1-16', [1, 1], 16, 1.3),
  deliver('1to1-128', [1, 1], 128, 1.3),
  deliver('1to1-1024', [1, 1], 1024, 1.0),
  deliver('1to10-16', [1, 10], 16, 1.3),
  deliver('4to4-128', [4, 4], 128, 1.3),
  request('reqrep-1-128', 1),
  request('reqrep-10-128', 10),
  messages('queue-4-128', 'queue group of 4, 128 B, delivered', [rate(1.2)], {
    kind: 'deliver',
    publishers: 1,
    subscribers: 4,
    stream: one(128),
    queue: 'workers',
  }),
  messages('fanin-10k', '10,000 subjects to 1 subscriber on `>`, 16 B', [rate(1.0)], {
    kind: 'deliver',
    publishers: 1,
    subscribers: 1,
    stream: { kind: 'many', prefix: 'fan', count: 10_000, payloadBytes: 16 },
  }),
  messages(
    'two-gateways-128',
    '1:1, 128 B, publisher and subscriber on different gateways (peer: 1:1 in its one process)',
    [rate(0.5)],
    { kind: 'deliver', publishers: 1, subscribers: 1, stream: one(128), apart: true },
    2,
  ),
  shape('subs-1m', '1,000,000 subscriptions over 100 connections', 'subscriptions', [
    { key: 'insertSeconds', label: 'insertion', unit: 's', target: { max: 3 } },
    { key: 'residentMib', label: 'resident memory', unit: 'MiB', target: { max: 1024 } },
    { key: 'matchUs', label: 'match', unit: 'µs', target: { max: 5 } },
    { key: 'matchCpuUs', label: 'match, processor time', unit: 'µs' },
    { key: 'randomRate', label: 'publish to random of them', unit: 'msgs/s' },
    { key: 'hotRate', label: 'publish to 100 of them', unit: 'msgs/s' },
  ]),
  shape('idle-10k', '10,000 idle connections', 'idle-connections', [
    { key: 'kibPerConnection', label: 'resident memory each', unit: 'KiB', target: { max: 20 } },
    { key: 'connectRate', label: 'connect rate', unit: 'conns/s' },
  ]),
  shape('churn-5k', '5,000 connects and disconnects', 'churn', [
    { key: 'rate', label: 'rate', unit: 'conns/s' },
    { key: 'growthMib', label: 'memory growth of a second round', unit: 'MiB', target: { max: 10 } },
  ]),
  shape('jwt-2k', 'operator mode, 2,000 connects and disconnects', 'logins', [
    { key: 'newRate', label: 'new users', unit: 'conns/s', target: { ratioMin: 0.7 } },
    { key: 'sameRate', label: 'the same user again', unit: 'conns/s', target: { ratioMin: 0.7 } },
  ]),
  shape('accounts', 'requests into another account; publishes in an account with 100 imports', 'accounts', [
    { key: 'requestUs', label: 'request within an account, p50', unit: 'µs' },
    { key: 'importUs', label: 'through a service import, p50', unit: 'µs' },
    { key: 'importPercent', label: 'what the import adds', unit: '%', target: { max: 10 } },
    { key: 'publishRate', label: 'publishes with 100 imports', unit: 'msgs/s' },
    { key: 'publishPercent', label: 'slower than without', unit: '%', target: { max: 10 } },
  ]),
  shape(
    'js',
    'JetStream, 128 B; acknowledged publishes are on disk here, and not in the peer',
    'streams',
    [
      stored('fileRate', 'published, 2,000 in flight, file', 1.0),
      stored('memoryRate', 'the same, memory', 1.0),
      stored('atomicFileRate', 'published in atomic batches of 500, file', 1.0),
      stored('atomicMemoryRate', 'the same, memory', 1.0),
      stored('fastFileRate', 'published in a fast batch, 2,000 in flight, file', 1.0),
      stored('fastMemoryRate', 'the same, memory', 1.0),
      stored('orderedRate', 'consumed without acknowledgements', 1.0),
      stored('consumeRate', 'consumed and acknowledged', 1.0),
      stored('getRate', 'got by sequence, one at a time', 0.5),
      stored('batchGetRate', 'got by sequence, 500 at a time', 1.0),
      stored('putRate', 'put, 10,000 keys, 16 in flight', 0.8),
      stored('keyGetRate', 'got by key, 16 in flight', 0.8),
    ],
    5,
  ),
  shape(
    'js-synced',
    'JetStream, both with `sync_interval: always`',
    'streams-synced',
    [stored('asyncRate', 'published, 2,000 in flight', 20), stored('syncRate', 'published, one at a time', 0.9)],
    5,
  ),
  shape(
    'js-unsynced',
    'JetStream, both with `sync_interval: 2m`',
    'streams-unsynced',
    [stored('syncRate', 'published, one at a time', 0.5)],
    5,
  ),
  shape('js-encrypted', 'JetStream encrypted at rest, published with 2,000 in flight', 'encryption', [
    { key: 'plainRate', label: 'not encrypted', unit: 'msgs/s' },
    { key: 'aesPercent', label: 'slower with `aes`', unit: '%', target: { max: 30 } },
    { key: 'chachaPercent', label: 'slower with `chachapoly`', unit: '%', target: { max: 30 } },
  ]),
  shape(
    'js-restart',
    '1,000 streams, 5,000,000 messages of 128 B',
    'restart',
    [
      seconds('killedSeconds', 'SIGKILL of the node while publishing: from spawn to the first publish', 3),
      seconds('stoppedSeconds', 'SIGTERM: from spawn to the first publish', 3),
      seconds('storeSeconds', 'SIGKILL of the store while publishing, until it serves', 1),
      mebibytes('storeMib', 'store, after a restart'),
      { key: 'rate', label: 'published to all streams in turn', unit: 'msgs/s' },
    ],
    1,
  ),
  shape(
    'js-idle',
    '10,000 streams, 100,000 consumers, idle for 10 s',
    'idle-streams',
    [
      { key: 'cpuMs', label: 'processor time', unit: 'ms', target: { max: 100 } },
      { key: 'createdCpuMs', label: 'processor time in the minute before', unit: 'ms' },
      mebibytes('storeMib', 'store'),
      mebibytes('nodeMib', 'all processes'),
      { key: 'kibPerStream', label: 'a stream', unit: 'KiB' },
      { key: 'kibPerConsumer', label: 'a consumer', unit: 'KiB' },
      { key: 'streamRate', label: 'streams created', unit: '/s' },
      { key: 'consumerRate', label: 'consumers created', unit: '/s' },
      seconds('startSeconds', 'from spawn to the first publish'),
      mebibytes('startedMib', 'store, after a restart'),
      { key: 'restartedCpuMs', label: 'processor time, idle after a restart', unit: 'ms', target: { max: 100 } },
      { key: 'startedCpuMs', label: 'processor time in the minute before that', unit: 'ms' },
    ],
    1,
  ),
  written('js-100k-subjects', '100,000', 'subjects-100k'),
  written('js-1m-subjects', '1,000,000', 'subjects-1m'),
  shape('js-purge', '1,000,000 messages purged beside 4 other streams', 'purge', [
    {
      key: 'filteredRatio',
      label: 'p99 of the others while half goes by subject, of theirs before',
      unit: '',
      target: { max: 2 },
    },
    { key: 'wholeRatio', label: 'p99 while all goes, of theirs before', unit: '', target: { max: 2 } },
    { key: 'baseMs', label: 'p99 before', unit: 'ms' },
    { key: 'filteredMs', label: 'p99 while half goes by subject', unit: 'ms' },
    { key: 'wholeMs', label: 'p99 while all goes', unit: 'ms' },
    { key: 'worstMs', label: 'slowest of all', unit: 'ms' },
    seconds('filteredSeconds', 'half purged by subject'),
    seconds('wholeSeconds', 'all purged'),
  ]),
  shape(
    'idle-cpu',
    'idle for 10 s',
    'idle-cpu',
    [{ key: 'cpuMs', label: 'processor time', unit: 'ms', target: { max: 100 } }],
    1,
  ),
  shape(
    'start-up',
    'from spawn to INFO, second start',
    'start-up',
    [{ key: 'startMs', label: 'time', unit: 'ms', target: { max: 1000 } }],
    5,
  ),
  shape('idle-pss', 'idle node', 'idle-memory', [
    { key: 'pssMib', label: 'PSS of all processes', unit: 'MiB', target: { max: 300 } },
    { key: 'processes', label: 'processes', unit: '' },
  ]),
];

/** Names that stand for several rows. */
export const rowGroups = {
  'js-shapes': ['js-restart', 'js-idle', 'js-100k-subjects', 'js-1m-subjects', 'js-purge'],
} as const satisfies Record<string, readonly string[]>;
