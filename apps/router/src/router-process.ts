import { join } from 'node:path';
import { systemRuntime, unixTransport } from '@skein/bus';
import { diagnosticMethods } from '@skein/diagnostics';
import { type ProcessContext, processorWaitMs, productVersion, type RunningProcess } from '@skein/process';
import { readServerOptions, readTokens, startingFrom } from './options.ts';
import { createRouter } from './server.ts';
import { fileState } from './state.ts';

/** The router as a process of its own, over Unix sockets. `serverFlags`: nats-server's, when no supervisor gives them. */
export async function createRouterProcess(
  context: ProcessContext,
  serverFlags: readonly string[],
): Promise<RunningProcess> {
  if (context.secretDir === undefined) throw new Error('--secret-dir is required');
  const store = fileState(join(context.runDir, 'state.json'));
  const router = createRouter({
    address: context.address,
    pid: context.pid,
    runtime: systemRuntime(),
    transport: unixTransport(),
    log: context.log,
    tokens: readTokens(context.secretDir),
    state: context.supervised ? store : startingFrom(store, serverFlags, process.cwd()),
    productVersion,
    readOptions: readServerOptions,
    // In containers of their own, the others' process ids mean nothing here.
    ...(context.supervised && { processorWaitMs }),
    methods: {
      ...diagnosticMethods,
      reload: async () => JSON.stringify({ refusal: await router.reload() }),
    },
    optionsChanged: (options) => {
      context.log.configure(options.logging);
      context.optionsChanged(options);
    },
  });
  await router.start();
  context.log.configure(router.options.logging);
  context.ready();
  return { figures: () => router.figures(), close: () => router.stop(), reload: () => void router.reload() };
}
