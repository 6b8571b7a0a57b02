import { connect } from 'node:net';
import type { Stream } from './tcp-outlet.ts';

const CONNECT_MS_MAX = 5000;

/** Rejects when nobody answers there. */
export function connectTcp(host: string, port: number): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: CONNECT_MS_MAX });
    socket.unref();
    socket.once('error', reject);
    socket.once('timeout', () => socket.destroy(new Error('i/o timeout')));
    socket.once('connect', () => {
      socket.removeAllListeners('timeout').setTimeout(0);
      socket.off('error', reject);
      // It never says anything; its end must be noticed all the same.
      socket.resume();
      resolve(socket);
    });
  });
}
