export type { NodeOptions, RunningNode } from './node.ts';
export { NodeStartError, startNode } from './node.ts';
export { runNode } from './run-node.ts';
