export type { CallNode, CallTree } from './call-tree.ts';
export type { Methods, ProcessProfile, ProfileName, ProfileRequest } from './methods.ts';
export { answerDiagnostics, diagnosticMethods, sampleHeap } from './methods.ts';
export { ownStacks } from './own-stacks.ts';
export type { Frame, ProcessStacks, ThreadStack } from './stacks.ts';
export { stacksText, whereText } from './stacks.ts';
