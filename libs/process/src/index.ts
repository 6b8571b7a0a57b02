export { listenHost } from './listen-host.ts';
export { memberIdentity } from './member-identity.ts';
export type { FromProcess, ToProcess } from './messages.ts';
export { encodeMessage, MessageReader, RESTART } from './messages.ts';
export type { ProcessOptions } from './options.ts';
export type { ProcessContext, ProcessDefinition, RunningProcess } from './run-process.ts';
export { runProcess } from './run-process.ts';
export { processorWaitMs, Silence } from './silence.ts';
export { productVersion } from './version.ts';
