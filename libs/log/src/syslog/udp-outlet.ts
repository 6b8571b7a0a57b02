import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Outlet } from './syslog-sink.ts';

/** Messages that the system has not taken yet; normally there are none. */
const PENDING_MAX = 1000;

/** One datagram a message. Rejects when the address cannot be found; nobody tells whether anyone listens. */
export async function openUdp(host: string, port: number): Promise<Outlet> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.unref();
  let pending = 0;
  socket.connect(port, host);
  await once(socket, 'connect');
  // A connected socket hears that nobody listens there: the log goes on.
  socket.on('error', () => {});
  return {
    push(message) {
      if (pending >= PENDING_MAX) return false;
      pending++;
      socket.send(message, () => pending--);
      return true;
    },
    async close() {
      socket.close();
    },
  };
}
