import type { Profiler } from 'node:inspector';
import { type CallTree, CallTreeBuilder } from './call-tree.ts';
import type { SourceNames } from './source-names.ts';

/** Waiting for the next event is not work. */
const IDLE = '(idle)';
/** V8 tells which line ran, not where in it: a source map is asked for the last place of the line. */
const LINE_END = 1000;

/** From V8's form. Values: samples, nanoseconds of the processor; lines are those that ran, not those of the functions. */
export function cpuCallTree(profile: Profiler.Profile, names: SourceNames): CallTree {
  const spent = microsecondsByNode(profile);
  const builder = new CallTreeBuilder();
  const visit = (node: Profiler.ProfileNode, parent: number): void => {
    if (node.callFrame.functionName === IDLE) return;
    const frame = names.frame(node.callFrame);
    const ticks = node.positionTicks?.filter(({ line }) => line > 0) ?? [];
    const hits = node.hitCount ?? 0;
    const placed = ticks.reduce((total, { ticks: count }) => total + count, 0);
    const nanos = (spent.get(node.id) ?? 0) * 1000;
    const share = (count: number): number[] => [count, hits === 0 ? 0 : Math.round((nanos * count) / hits)];
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
  for (const child of profile.nodes[0]?.children ?? []) visit(byId.get(child) as Profiler.ProfileNode, -1);
  return builder.tree;
}

function microsecondsByNode({ samples = [], timeDeltas = [] }: Profiler.Profile): Map<number, number> {
  const spent = new Map<number, number>();
  // A sample's time runs until the next one is taken.
  samples.forEach((node, index) => {
    spent.set(node, (spent.get(node) ?? 0) + Math.max(0, timeDeltas[index + 1] ?? 0));
  });
  return spent;
}
