import { systemRuntime, unixTransport } from '@skein/bus';
import { answerDiagnostics } from '@skein/diagnostics';
import { memberIdentity, type ProcessContext, type RunningProcess } from '@skein/process';
import { GatewayMember } from './gateway-member.ts';
import { Listeners } from './listeners.ts';

/** The gateway as a process of a node. Resolves when it is registered; it listens when the router says so. */
export async function createGatewayProcess(context: ProcessContext): Promise<RunningProcess> {
  const runtime = systemRuntime();
  let listeners: Listeners | null = null;
  const node = new GatewayMember({
    ...memberIdentity(context),
    runtime,
    transport: unixTransport(),
    log: context.log,
    listen: () => {
      listen().catch((error: Error) => {
        context.log.fatal(`Error listening on port: ${error.message}`);
        context.exit(1, error.message);
      });
    },
    configured: (configuration) => {
      context.log.configure(configuration.logging);
      listeners?.use(configuration);
    },
    shutdown: (reason, refused) => context.exit(refused ? 1 : 0, reason),
  });

  answerDiagnostics(node.member);

  async function listen(): Promise<void> {
    listeners = new Listeners(node.gateway, node.configuration, runtime, context.log);
    const ports = await listeners.open();
    node.port = ports.nats;
    context.ready({ ...ports });
  }

  await node.start();
  return {
    figures: () => node.member.figures(),
    lameDuck() {
      listeners?.close();
      node.lameDuck(() => context.exit(0, 'lame duck mode'));
    },
    async close() {
      listeners?.close();
      await node.close();
    },
  };
}
