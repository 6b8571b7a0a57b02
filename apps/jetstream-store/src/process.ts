import { createMember, systemRuntime, unixTransport } from '@skein/bus';
import { memberIdentity, type ProcessContext, type RunningProcess } from '@skein/process';
import { createJetStreamStore } from './server.ts';

/** The store in a process of its own. Resolves when it serves. */
export async function createStoreProcess(context: ProcessContext): Promise<RunningProcess> {
  const store = createJetStreamStore({
    createMember,
    log: context.log,
    logLinesDropped: () => context.log.dropped,
    onConfigured: ({ logging }) => context.log.configure(logging),
    onShutdown: (reason, refused) => context.exit(refused ? 1 : 0, reason),
    ...memberIdentity(context),
    runtime: systemRuntime(),
    transport: unixTransport(),
  });
  await store.start();
  context.ready();
  return { figures: () => store.figures(), close: () => store.stop() };
}
