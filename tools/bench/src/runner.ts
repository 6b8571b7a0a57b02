import { type MessageSession, openMessageSession, type Sample } from './message-session.ts';
import type { Options } from './options.ts';
import type { RowResult, Side } from './results.ts';
import type { MessageRow, Row, ShapeRow } from './rows.ts';
import { type Program, ServerProcess } from './server-process.ts';
import { measureShape, shapeConfiguration } from './shapes.ts';
import { median } from './statistics.ts';

/** Few enough for the slowest row, many enough that its rate means something. */
const FIRST_MESSAGES = 20_000;
const MESSAGES_MAX = 100_000_000;
/** Lets a just-in-time compiler finish before the first run that counts; as a share of a run's length. */
const WARM_UP = 0.5;

/** Measures one row on all programs, in turn. A failure becomes the result's `error`. */
export async function measureRow(row: Row, options: Options): Promise<RowResult> {
  const programs = options.peer ? [options.server, options.peer] : [options.server];
  const result = { row: row.name, measuredAt: new Date().toISOString() };
  try {
    const sides =
      row.kind === 'messages' ? await messages(row, programs, options) : await shape(row, programs, options);
    const [skein, peer = null] = sides;
    const ratios = peer ? pairedRatios(skein.runs, peer.runs) : {};
    return { ...result, skein, peer, ratios };
  } catch (error) {
    return { ...result, skein: null, peer: null, ratios: {}, error: (error as Error).message };
  }
}

/** The servers stay up for all runs of the row, one idle while the other works. */
async function messages(row: MessageRow, programs: Program[], options: Options): Promise<Side[]> {
  const servers: ServerProcess[] = [];
  const sessions: MessageSession[] = [];
  try {
    for (const [index, program] of programs.entries()) {
      const gateways = index === 0 ? row.gateways : 1;
      const server = await ServerProcess.start(program, configuration(gateways));
      servers.push(server);
      sessions.push(await openMessageSession(server, row.load, gateways));
    }
    const counts: number[] = [];
    for (const session of sessions) counts.push(await messagesPerRun(session, options.load));
    const samples = sessions.map((): Sample[] => []);
    for (let run = 0; run < options.runs; run += 1) {
      for (const [index, session] of sessions.entries()) samples[index].push(await session.run(counts[index]));
    }
    return samples.map((each) => ({ ...summary(each.map((sample) => sample.figures)), cpu: processorTime(each) }));
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** Each run has a fresh server: what it took from the system once, it does not give back. */
async function shape(row: ShapeRow, programs: Program[], options: Options): Promise<Side[]> {
  const figures = programs.map((): Record<string, number>[] => []);
  for (let run = 0; run < Math.min(options.runs, row.runsMax); run += 1) {
    for (const [index, program] of programs.entries()) {
      const server = await ServerProcess.start(program, shapeConfiguration(row.shape));
      try {
        figures[index].push(await measureShape(row.shape, server, options.scale));
      } finally {
        await server.stop();
      }
    }
  }
  return figures.map(summary);
}

async function messagesPerRun(session: MessageSession, load: Options['load']): Promise<number> {
  if ('count' in load) {
    await session.run(Math.ceil(load.count * WARM_UP));
    return load.count;
  }
  let messages = FIRST_MESSAGES;
  for (const share of [WARM_UP / 4, WARM_UP, 1]) {
    const { seconds } = await session.run(messages);
    messages = Math.min(MESSAGES_MAX, Math.ceil((messages / seconds) * load.seconds * share));
  }
  return messages;
}

function configuration(gateways: number): string {
  return gateways === 1 ? '' : `skein { gateways: ${gateways} }\n`;
}

function summary(runs: Record<string, number>[]): Side {
  const byFigure = transposed(runs);
  return { runs: byFigure, medians: medians(byFigure) };
}

function processorTime(samples: Sample[]): Side['cpu'] {
  return {
    server: median(samples.map((sample) => sample.serverCpuUs)),
    generator: median(samples.map((sample) => sample.generatorCpuUs)),
    processes: medians(transposed(samples.map((sample) => sample.processCpuUs))),
  };
}

/** By figure, the median of the ratios of runs made one after the other: both met the same machine. */
function pairedRatios(ours: Side['runs'], theirs: Side['runs']): Record<string, number> {
  const ratios = Object.keys(ours).flatMap((key) => {
    const pairs = ours[key].map((value, run) => value / theirs[key][run]).filter(Number.isFinite);
    return pairs.length > 0 ? [[key, median(pairs)]] : [];
  });
  return Object.fromEntries(ratios);
}

function transposed(runs: Record<string, number>[]): Record<string, number[]> {
  const byKey: Record<string, number[]> = {};
  for (const [key, value] of runs.flatMap((run) => Object.entries(run))) {
    byKey[key] = [...(byKey[key] ?? []), value];
  }
  return byKey;
}

function medians(byKey: Record<string, number[]>): Record<string, number> {
  return Object.fromEntries(Object.entries(byKey).map(([key, values]) => [key, median(values)]));
}
