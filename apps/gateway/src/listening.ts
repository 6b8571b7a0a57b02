import type { Server } from 'node:net';
import { listenHost } from '@skein/process';
import type { Log } from './gateway.ts';

export interface TcpAddress {
  host: string;
  port: number;
}

/** Where handshakes that fail are reported. */
export type ListenerLog = Pick<Log, 'error' | 'debug'>;

/** Listens; `shared` lets other gateways of the node listen on the same port. Rejects with the system's error. */
export function listenOn(server: Server, host: string, port: number, shared: boolean): Promise<TcpAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: listenHost(host), port, reusePort: shared, backlog: 4096 }, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('not an address'));
      else resolve({ host: address.address, port: address.port });
    });
  });
}

/** A peer's address as people know it: an IPv4 one also where the listener speaks both. */
export function hostOf(address: string | undefined): string {
  return address?.replace(/^::ffff:/, '') ?? '';
}
