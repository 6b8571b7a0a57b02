import type { Profiler } from 'node:inspector';
import { type CallTree, CallTreeBuilder, namedFrame } from './call-tree.ts';
import type { SourceNames } from './source-names.ts';

/** Waiting for the next event is not work. */
const IDLE = '(idle)';
/** V8 tells which line ran, not where in it: a source map is asked for the last place of the line. */
const LINE_END = 1000;

/** A thread that is not the main one. */
export interface WorkerCpu {
  name: string;
  profile: Profiler.Profile;
  /** What the system says that it has used. */
  cpuMicros: number;
}

/** From V8's form. Values: samples, nanoseconds of the processor; lines are those that ran, not those of the functions. */
export function cpuCallTree(main: Profiler.Profile, workers: readonly WorkerCpu[], names: SourceNames): CallTree {
  const builder = new CallTreeBuilder();
  addProfile(builder, -1, main, 1, names);
  for (const { name, profile, cpuMicros } of workers) {
    // To V8 a thread that waits in Atomics.wait is running: a pool's would seem to be busy all the time.
    const share = Math.min(1, cpuMicros / busyMicros(profile) || 0);
    addProfile(builder, builder.add(-1, namedFrame(`(thread ${name})`), [0, 0]), profile, share, names);
  }
  return builder.tree;
}

function busyMicros(profile: Profiler.Profile): number {
  const idle = new Set(profile.nodes.filter((node) => node.callFrame.functionName === IDLE).map((node) => node.id));
  return [...microsecondsByNode(profile)].reduce((sum, [id, micros]) => sum + (idle.has(id) ? 0 : micros), 0);
}

/** @param part of the samples that were really spent on the processor */
function addProfile(
  builder: CallTreeBuilder,
  root: number,
  profile: Profiler.Profile,
  part: number,
  names: SourceNames,
): void {
  const spent = microsecondsByNode(profile);
  const visit = (node: Profiler.ProfileNode, parent: number): void => {
    if (node.callFrame.functionName === IDLE) return;
    const frame = names.frame(node.callFrame);
    const ticks = node.positionTicks?.filter(({ line }) => line > 0) ?? [];
    const hits = node.hitCount ?? 0;
    const placed = ticks.reduce((total, { ticks: count }) => total + count, 0);
    const nanos = (spent.get(node.id) ?? 0) * 1000;
    const share = (count: number): number[] => [
      Math.round(count * part),
      hits === 0 ? 0 : Math.round((nanos * part * count) / hits),
    ];
    // A node without samples of its own still stands between its callers and what it called.
    const index = builder.add(parent, frame, share(Math.max(0, hits - placed)));
    for (const { line, ticks: count } of ticks) {
      const place = names.frame({ ...node.callFrame, lineNumber: line - 1, columnNumber: LINE_END });
      builder.add(parent, { ...place, function: frame.function }, share(count));
    }
    for (const child of node.children ?? []) {
      const called = byId.get(child);
      if (called !== undefined) visit(called, index);
    }
  };
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  // The first is '(root)', which is no function.
  for (const child of profile.nodes[0]?.children ?? []) visit(byId.get(child) as Profiler.ProfileNode, root);
}

function microsecondsByNode({ samples = [], timeDeltas = [] }: Profiler.Profile): Map<number, number> {
  const spent = new Map<number, number>();
  // A sample's time runs until the next one is taken.
  samples.forEach((node, index) => {
    spent.set(node, (spent.get(node) ?? 0) + Math.max(0, timeDeltas[index + 1] ?? 0));
  });
  return spent;
}
