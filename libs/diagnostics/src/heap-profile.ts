import { type CallTree, CallTreeBuilder, namedFrame } from './call-tree.ts';
import type { SourceNames, V8Call } from './source-names.ts';

/** V8's form: `HeapProfiler.SamplingHeapProfile` of Chrome's protocol. */
export interface SampledHeap {
  head: SampledNode;
  samples: { nodeId: number }[];
}

interface SampledNode {
  id: number;
  callFrame: V8Call;
  /** Bytes. */
  selfSize: number;
  children: SampledNode[];
}

/** Values: objects, bytes. */
export function heapCallTree(profile: SampledHeap, names: SourceNames): CallTreeBuilder {
  const objects = new Map<number, number>();
  for (const { nodeId } of profile.samples) objects.set(nodeId, (objects.get(nodeId) ?? 0) + 1);
  const builder = new CallTreeBuilder();
  const visit = (node: SampledNode, parent: number): void => {
    const index = builder.add(parent, names.frame(node.callFrame), [objects.get(node.id) ?? 0, node.selfSize]);
    for (const child of node.children) visit(child, index);
  };
  for (const child of profile.head.children) visit(child, -1);
  return builder;
}

/**
 * Adds what no stack is known of, so that the sum is what the process really holds: objects from before the sampling, those
 * that it missed, code, buffers, and memory of native code.
 */
export function withUnsampled(builder: CallTreeBuilder, memory: NodeJS.MemoryUsage): CallTree {
  const sampled = builder.tree.nodes.reduce((total, { values }) => total + values[1], 0);
  const rest: [string, number][] = [
    ['(heap, not sampled)', memory.heapUsed - sampled],
    ['(array buffers)', memory.arrayBuffers],
    ['(external)', memory.external - memory.arrayBuffers],
  ];
  for (const [name, bytes] of rest) if (bytes > 0) builder.add(-1, namedFrame(name), [1, bytes]);
  return builder.tree;
}
