import { systemRuntime, unixTransport } from '@skein/bus';
import { type ProcessContext, productVersion, type RunningProcess } from '@skein/process';
import { openDoor } from './door.ts';
import { GatewayMember } from './gateway-member.ts';
import { TcpListener } from './tcp-listener.ts';

/** The gateway as a process of a node. Resolves when it is registered; it listens when the router says so. */
export async function createGatewayProcess(context: ProcessContext): Promise<RunningProcess> {
  let listener: TcpListener | null = null;
  const node = new GatewayMember({
    instance: context.instance,
    version: productVersion,
    pid: context.pid,
    address: context.address,
    routerAddress: context.routerAddress,
    token: context.secret,
    runtime: systemRuntime(),
    transport: unixTransport(),
    log: context.log,
    listen: () => {
      listen().catch((error: Error) => {
        context.log.fatal(`Error listening on port: ${error.message}`);
        context.exit(1, error.message);
      });
    },
    configured: (configuration) => context.log.configure(configuration.logging),
    shutdown: (reason, refused) => context.exit(refused ? 1 : 0, reason),
  });

  async function listen(): Promise<void> {
    const { gateway, configuration } = node;
    const { host, port, skein } = configuration;
    listener = new TcpListener((channel, socket, start) => {
      const origin = {
        host: socket.remoteAddress?.replace(/^::ffff:/, '') ?? '',
        port: socket.remotePort ?? 0,
        kind: 'STANDARD' as const,
        tls: null,
        cookies: null,
      };
      openDoor(gateway, channel, origin, configuration.nonceRequired, start);
    });
    const address = await listener.listen(host, port, skein.gateways > 1);
    node.port = address.port;
    context.ready({ nats: address.port });
  }

  await node.start();
  return {
    async close() {
      listener?.close();
      await node.close();
    },
  };
}
