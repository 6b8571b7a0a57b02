import { setTimeout as delay } from 'node:timers/promises';
import { Asking } from './asking.ts';
import { nowSeconds } from './clock.ts';
import { type Probed, probe } from './probe.ts';
import { processLabel, processTree, proportionalKib, treeCpuSeconds, untilIdle } from './procfs.ts';
import type { LargeShapeName } from './rows.ts';
import type { ServerProcess } from './server-process.ts';
import { percentile } from './statistics.ts';
import { WorkerHandle } from './worker-handle.ts';

const IN_FLIGHT = 2000;
const REQUESTS_AT_ONCE = 64;
const IDLE_SHARE = 0.02;
/** What was changed is written and tidied up some 10 s later. */
const IDLE_SECONDS_MAX = 60;
/** Writing what changed and collecting garbage comes with pauses of ten seconds and more, so that it is not seen to be over sooner. */
const SETTLING_SECONDS = 60;
const IDLE_SECONDS = 10;
const SAMPLE_MS = 250;
const RETRY_MS = 2;
const FIRST_PUBLISH_SECONDS_MAX = 30;
const GIBIBYTE = 2 ** 30;

type Figures = Record<string, number>;

/** JetStream with much in it; `scale`: of the size that a shape's title says. */
export const largeShapes: Record<LargeShapeName, (server: ServerProcess, scale: number) => Promise<Figures>> = {
  async restart(server, scale) {
    const streams = whole(1000 * scale);
    const load = { prefix: 'S', streams, inFlight: IN_FLIGHT };
    await createStreams(server, 'S', streams);
    const rate = await withStreamer(server, (streamer) =>
      streamer.call('publishAcross', { ...load, messages: whole(5_000_000 * scale) }),
    );
    const storeSeconds = await killStore(server);
    const killedSeconds = await whilePublishing(server, 'S0.x', async () => await restarted(server, 'S0.x', 'SIGKILL'));
    const stoppedSeconds = await restarted(server, 'S0.x', 'SIGTERM');
    await untilIdle(server.pid, IDLE_SHARE, IDLE_SECONDS_MAX);
    return { rate, ...storeSeconds, killedSeconds, stoppedSeconds, storeMib: storeMib(server) };
  },

  async 'idle-streams'(server, scale) {
    const streams = whole(10_000 * scale);
    const consumers = 10 * streams;
    const settled = async (): Promise<number> => {
      await untilIdle(server.pid, IDLE_SHARE, IDLE_SECONDS_MAX);
      return storeMib(server);
    };
    // What the first of its kind takes is not a stream's.
    await createStreams(server, 'FIRST', 100);
    const emptyMib = await settled();
    const streamRate = await createStreams(server, 'S', streams);
    const streamsMib = await settled();
    const consumerRate = await asked(server, consumers, (index) => {
      const [stream, name] = [`S${index % streams}`, `C${Math.floor(index / streams)}`];
      const config = { durable_name: name, ack_policy: 'explicit' };
      return [`CONSUMER.CREATE.${stream}.${name}`, { stream_name: stream, config }];
    });
    const createdCpuMs = await cpuMsIn(server, SETTLING_SECONDS);
    const consumersMib = storeMib(server);
    const cpuMs = await cpuMsIn(server, IDLE_SECONDS);
    const nodeMib = proportionalKib(server.pid) / 1024;
    const startSeconds = await restarted(server, 'S0.x', 'SIGTERM');
    const startedCpuMs = await cpuMsIn(server, SETTLING_SECONDS);
    return {
      ...{ cpuMs, createdCpuMs, nodeMib, streamRate, consumerRate, startSeconds, startedCpuMs },
      storeMib: consumersMib,
      kibPerStream: ((streamsMib - emptyMib) * 1024) / streams,
      kibPerConsumer: ((consumersMib - streamsMib) * 1024) / consumers,
      startedMib: storeMib(server),
      restartedCpuMs: await cpuMsIn(server, IDLE_SECONDS),
    };
  },

  'subjects-100k': (server, scale) => written(server, 5 * GIBIBYTE * scale, whole(100_000 * scale)),
  'subjects-1m': (server, scale) => written(server, 5 * GIBIBYTE * scale, whole(1_000_000 * scale)),

  async purge(server, scale) {
    const messages = whole(1_000_000 * scale);
    const others = ['A.x', 'B.x', 'C.x', 'D.x'];
    const asking = await Asking.open(server.address);
    try {
      for (const name of ['P', 'A', 'B', 'C', 'D']) await asking.api(...streamRequest(name));
      await withStreamer(server, (streamer) =>
        streamer.call('publishScattered', {
          ...{ stream: 'P', from: 0, messages, inFlight: IN_FLIGHT, subjects: messages, payloadBytes: 128 },
        }),
      );
      await untilIdle(server.pid, IDLE_SHARE, IDLE_SECONDS_MAX);
      const beside = async (work: () => Promise<unknown>): Promise<{ seconds: number; probed: Probed[] }> => {
        const probing = probe(asking, others);
        const startedAt = nowSeconds();
        await work();
        const seconds = nowSeconds() - startedAt;
        // What it leaves to be tidied up counts as well.
        await delay(3000);
        return { seconds, probed: await probing.stop() };
      };
      const purge = (body: object): Promise<unknown> => asking.api('STREAM.PURGE.P', body);
      // The first makes the code warm.
      await beside(() => delay(2000));
      const base = await beside(() => delay(2000));
      const filtered = await beside(async () => {
        for (const tenth of [0, 2, 4, 6, 8]) await purge({ filter: `P.${tenth}.*` });
      });
      await untilIdle(server.pid, IDLE_SHARE, IDLE_SECONDS_MAX);
      const all = await beside(() => purge({}));
      const [baseMs, filteredMs, wholeMs] = [base, filtered, all].map(({ probed }) => p99Ms(probed)) as [
        number,
        number,
        number,
      ];
      const slowest = Math.max(...[...filtered.probed, ...all.probed].map(({ seconds }) => seconds));
      return {
        ...{ baseMs, filteredMs, wholeMs, worstMs: slowest * 1000 },
        filteredSeconds: filtered.seconds,
        wholeSeconds: all.seconds,
        filteredRatio: filteredMs / baseMs,
        wholeRatio: wholeMs / baseMs,
      };
    } finally {
      await asking.close();
    }
  },
};

const whole = (size: number): number => Math.max(1, Math.round(size));

/** Writes that much in messages of a kibibyte, without a pause, and has it read after a restart. */
async function written(server: ServerProcess, bytes: number, subjects: number): Promise<Figures> {
  const payloadBytes = 1024;
  const messages = whole(bytes / payloadBytes / 10);
  await createStreams(server, 'W', 1);
  const load = { stream: 'W0', messages, inFlight: IN_FLIGHT, subjects, payloadBytes };
  const rates: number[] = [];
  const writingMib = await withStreamer(server, (streamer) =>
    highestMib(server, async () => {
      for (let tenth = 0; tenth < 10; tenth++) {
        rates.push(await streamer.call('publishScattered', { ...load, from: tenth * messages }));
      }
    }),
  );
  const [firstRate, lastRate] = [rates[0] as number, rates[9] as number];
  const startSeconds = await restarted(server, 'W0.0.0', 'SIGTERM');
  await untilIdle(server.pid, IDLE_SHARE, IDLE_SECONDS_MAX);
  const startedMib = storeMib(server);
  let [subjectsSeconds, consumerSeconds, consumeRate] = [0, 0, 0];
  const readingMib = await highestMib(server, async () => {
    const asking = await Asking.open(server.address);
    subjectsSeconds = await timed(() => allSubjects(asking, 'W0', subjects));
    const config = { durable_name: 'FILTERED', ack_policy: 'explicit', filter_subject: 'W0.3.*' };
    consumerSeconds = await timed(() => asking.api('CONSUMER.CREATE.W0.FILTERED', { stream_name: 'W0', config }));
    await asking.close();
    consumeRate = await withStreamer(server, (streamer) =>
      streamer.call('consume', {
        ...{ stream: 'W0', messages: Math.floor(messages * 0.9), batch: 500, acknowledges: true, filter: 'W0.3.*' },
      }),
    );
  });
  return {
    ...{ firstRate, lastRate, lastTenth: lastRate / firstRate, writingMib, startSeconds, startedMib },
    ...{ subjectsSeconds, consumerSeconds, consumeRate, readingMib },
  };
}

/** Reads its info page by page. @throws Error when it has another number of them */
async function allSubjects(asking: Asking, stream: string, subjects: number): Promise<void> {
  type Info = { total?: number; state: { subjects?: Record<string, number> } };
  let met = 0;
  for (;;) {
    const request = { subjects_filter: '>', offset: met };
    const { total = 0, state } = await asking.api<Info>(`STREAM.INFO.${stream}`, request);
    const page = Object.keys(state.subjects ?? {}).length;
    met += page;
    if (page === 0 || met >= total) break;
  }
  if (met !== subjects) throw new Error(`${met} of ${subjects} subjects in the info of ${stream}`);
}

/** SIGKILL of the store's process while another is published to each millisecond; without one there is no figure. */
async function killStore(server: ServerProcess): Promise<Figures> {
  const store = storeProcess(server);
  if (store === server.pid) return {};
  const asking = await Asking.open(server.address);
  try {
    const probing = probe(asking, ['S0.x', 'S1.x', 'S2.x', 'S3.x']);
    await delay(1000);
    const killedAt = nowSeconds();
    process.kill(store, 'SIGKILL');
    await delay(4000);
    const after = (await probing.stop()).filter(({ sentAt }) => sentAt > killedAt);
    return { storeSeconds: Math.min(...after.map(({ sentAt, seconds }) => sentAt + seconds)) - killedAt };
  } finally {
    await asking.close();
  }
}

async function whilePublishing<T>(server: ServerProcess, subject: string, work: () => Promise<T>): Promise<T> {
  const asking = await Asking.open(server.address);
  const probing = probe(asking, [subject]);
  await delay(500);
  try {
    const result = await work();
    await probing.stop();
    return result;
  } finally {
    await asking.close();
  }
}

/** Ends the server by the signal. Resolves with the seconds from its start to an acknowledged publish. */
async function restarted(server: ServerProcess, subject: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<number> {
  const startedAt = await server.restart(signal);
  const asking = await Asking.open(server.address);
  try {
    while (nowSeconds() < startedAt + FIRST_PUBLISH_SECONDS_MAX) {
      const answer = await Promise.race([asking.ask(subject, 'x'), delay(1000, '')]);
      if (answer !== '' && !answer.includes('"error"')) return nowSeconds() - startedAt;
      await delay(RETRY_MS);
    }
  } finally {
    await asking.close();
  }
  throw new Error(`nothing could be published within ${FIRST_PUBLISH_SECONDS_MAX} s of a start`);
}

const streamRequest = (name: string): [string, object] => [
  `STREAM.CREATE.${name}`,
  { name, subjects: [`${name}.>`], storage: 'file', allow_direct: true },
];

/** How many a second. */
const createStreams = (server: ServerProcess, prefix: string, streams: number): Promise<number> =>
  asked(server, streams, (index) => streamRequest(`${prefix}${index}`));

/** Makes so many requests, some at a time; how many a second. */
async function asked(
  server: ServerProcess,
  requests: number,
  requestOf: (index: number) => [subject: string, body: object],
): Promise<number> {
  const asking = await Asking.open(server.address);
  let next = 0;
  const askNext = async (): Promise<void> => {
    for (let index = next++; index < requests; index = next++) await asking.api(...requestOf(index));
  };
  try {
    return requests / (await timed(() => Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, askNext))));
  } finally {
    await asking.close();
  }
}

async function withStreamer<T>(
  server: ServerProcess,
  use: (streamer: WorkerHandle<'Streamer'>) => Promise<T>,
): Promise<T> {
  const streamer = new WorkerHandle('Streamer');
  try {
    await streamer.call('open', { address: server.address });
    return await use(streamer);
  } finally {
    await streamer.stop();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = nowSeconds();
  await work();
  return nowSeconds() - startedAt;
}

async function cpuMsIn({ pid }: ServerProcess, seconds: number): Promise<number> {
  const before = treeCpuSeconds(pid);
  await delay(seconds * 1000);
  return (treeCpuSeconds(pid) - before) * 1000;
}

/** What a store takes at most while the work is done. */
async function highestMib(server: ServerProcess, work: () => Promise<void>): Promise<number> {
  let highest = storeMib(server);
  const timer = setInterval(() => {
    highest = Math.max(highest, storeMib(server));
  }, SAMPLE_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(highest, storeMib(server));
}

/** Proportional set size of the process that has the streams. */
const storeMib = (server: ServerProcess): number => proportionalKib(storeProcess(server)) / 1024;

/** The store's, or that of a server that is one process. */
const storeProcess = ({ pid }: ServerProcess): number =>
  processTree(pid).find((each) => processLabel(each.pid) === 'skein-jetstream-store')?.pid ?? pid;

function p99Ms(probed: readonly Probed[]): number {
  return (
    percentile(
      probed.map(({ seconds }) => seconds).sort((a, b) => a - b),
      99,
    ) * 1000
  );
}
