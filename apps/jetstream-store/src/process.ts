import { createMember, systemRuntime, unixTransport } from '@skein/bus';
import { memberIdentity, type ProcessContext, type RunningProcess, socketAddress } from '@skein/process';
import { createJetStreamStore } from './server.ts';
import { SeatHost } from './stores/seat-host.ts';

/** Above all numbers that processes have. */
const GUEST_INSTANCES = 1_000_000;

/** The store in a process of its own. Resolves when it serves. */
export async function createStoreProcess(context: ProcessContext): Promise<RunningProcess> {
  const runtime = systemRuntime();
  const host = new SeatHost({
    runtime,
    exit: context.exit,
    takesVacant: ({ seats }) => context.instance >= seats,
    create: (guest, events) => {
      const instance = context.instance + guest * GUEST_INSTANCES;
      return createJetStreamStore({
        createMember,
        log: context.log,
        logLinesDropped: () => context.log.dropped,
        onConfigured: ({ logging }) => context.log.configure(logging),
        ...memberIdentity(context),
        instance,
        guest: guest > 0,
        address: socketAddress(context.runDir, context.component, instance),
        runtime,
        transport: unixTransport(),
        ...events,
      });
    },
  });
  await host.start();
  context.ready();
  return { figures: () => host.figures(), close: () => host.stop() };
}
