import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerOptions } from '@skein/config';
import { listenHost } from '@skein/process';
import { hostPort } from './address.ts';

/** A node killed a moment ago may still be letting go of its ports. */
const RETRY_MS = 500;
const RETRY_STEP_MS = 10;

/** A port that cannot be listened on; the message is the line that nats-server logs. */
export class ListenError extends Error {}

interface Wanted {
  host: string;
  port: number;
  /** The line for the log. */
  failure: (reason: string, address: string) => string;
  chosen: (port: number) => void;
}

/**
 * Binds each port of the options once, alone: listeners that share a port would let a second node start silently.
 * Ports of -1 are chosen. Returns options with real ports; throws a ListenError.
 */
export async function resolvePorts(options: ServerOptions): Promise<ServerOptions> {
  const resolved = structuredClone(options);
  const held: Server[] = [];
  try {
    for (const wanted of wantedPorts(resolved)) {
      const server = await bind(wanted);
      held.push(server);
      wanted.chosen((server.address() as { port: number }).port);
    }
  } finally {
    await Promise.all(held.map((server) => new Promise((done) => server.close(done))));
  }
  return resolved;
}

/** In nats-server's order: the first that fails is the one reported. */
function wantedPorts(options: ServerOptions): Wanted[] {
  const { monitoring, websocket } = options;
  const wanted: Wanted[] = [];
  if (options.profPort !== 0) {
    wanted.push({
      host: options.host,
      port: options.profPort,
      failure: (reason) => `error starting profiler: ${reason}`,
      chosen: (port) => Object.assign(options, { profPort: port }),
    });
  }
  const monitor = (reason: string): string => `Can't start monitoring: can't listen to the monitor port: ${reason}`;
  if (monitoring.port !== 0) {
    wanted.push({ ...monitoring, failure: monitor, chosen: (port) => Object.assign(monitoring, { port }) });
  }
  if (monitoring.httpsPort !== 0) {
    const { host, httpsPort } = monitoring;
    const chosen = (port: number): unknown => Object.assign(monitoring, { httpsPort: port });
    wanted.push({ host, port: httpsPort, failure: monitor, chosen });
  }
  if (websocket !== undefined) {
    wanted.push({
      host: websocket.host,
      port: websocket.port,
      failure: (reason) => `Unable to listen for websocket connections: ${reason}`,
      chosen: (port) => Object.assign(websocket, { port }),
    });
  }
  wanted.push({
    host: options.host,
    port: options.port,
    failure: (reason, address) => `Error listening on port: ${address}, "${reason}"`,
    chosen: (port) => Object.assign(options, { port }),
  });
  return wanted;
}

async function bind(wanted: Wanted): Promise<Server> {
  const port = wanted.port === -1 ? 0 : wanted.port;
  const deadline = performance.now() + RETRY_MS;
  for (;;) {
    try {
      return await listen(listenHost(wanted.host), port);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE' && performance.now() < deadline) {
        await sleep(RETRY_STEP_MS);
        continue;
      }
      const address = hostPort(wanted.host, wanted.port);
      throw new ListenError(wanted.failure(reasonOf(error as NodeJS.ErrnoException, wanted.host, address), address));
    }
  }
}

function listen(host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

const reasons: Record<string, string> = {
  EADDRINUSE: 'bind: address already in use',
  EADDRNOTAVAIL: 'bind: cannot assign requested address',
  EACCES: 'bind: permission denied',
};

function reasonOf(error: NodeJS.ErrnoException, host: string, address: string): string {
  const code = error.code ?? '';
  if (error.syscall === 'getaddrinfo') return `listen tcp: lookup ${host}: no such host`;
  return `listen tcp ${address}: ${reasons[code] ?? `bind: ${error.message}`}`;
}
