export type { Methods } from './methods.ts';
export { answerDiagnostics, diagnosticMethods } from './methods.ts';
export { ownStacks } from './own-stacks.ts';
export type { Frame, ProcessStacks, ThreadStack } from './stacks.ts';
export { stacksText } from './stacks.ts';
