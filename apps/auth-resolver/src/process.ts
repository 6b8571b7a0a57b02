import { createMember, systemRuntime, unixTransport } from '@skein/bus';
import { memberIdentity, type ProcessContext, type RunningProcess } from '@skein/process';
import { startBcryptThread } from './passwords/bcrypt-thread.ts';
import { createAuthResolver } from './server.ts';

/**
 * The auth-resolver in a process of its own.
 *
 * @param entry the module that this process was started with
 */
export async function createAuthResolverProcess(context: ProcessContext, entry: URL): Promise<RunningProcess> {
  const resolver = createAuthResolver({
    createMember,
    startBcryptWorker: () => startBcryptThread(entry),
    log: context.log,
    logLinesDropped: () => context.log.dropped,
    onConfigured: ({ logging }) => {
      if (logging !== undefined) context.log.configure(logging);
    },
    onShutdown: (reason, refused) => context.exit(refused ? 1 : 0, reason),
    ...memberIdentity(context),
    runtime: systemRuntime(),
    transport: unixTransport(),
  });
  await resolver.start();
  context.ready();
  return { figures: () => resolver.figures(), close: () => resolver.stop() };
}
