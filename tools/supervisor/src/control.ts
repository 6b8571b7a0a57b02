import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { ComponentName } from './components.ts';

/** What `skein` asks of a running supervisor: one JSON object, a line, a connection. */
export interface RestartRequest {
  restart: { component: ComponentName; instance: number };
}

/** The answer, likewise: the new process's pid, or why not. */
export type RestartAnswer = { pid: number } | { error: string };

export const CONTROL_SOCKET = 'control.sock';

const LINE_CHARS_MAX = 1024;
const CONNECTIONS_MAX = 16;
/** To say what is wanted. The answer may take as long as a lame duck mode. */
const REQUEST_MS_MAX = 2000;

/** Listens in the run directory, which only the node's own user can enter. */
export async function listenForControl(
  path: string,
  restart: (component: ComponentName, instance: number) => Promise<number>,
): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    readLine(socket, (line) => {
      void answer(line, restart).then((text) => socket.end(`${JSON.stringify(text)}\n`));
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  // Nobody is kept from ending by it.
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
}

function readLine(socket: Socket, got: (line: string) => void): void {
  let text = '';
  const timer = setTimeout(() => socket.destroy(), REQUEST_MS_MAX);
  socket.setEncoding('utf8');
  socket.on('close', () => clearTimeout(timer));
  socket.on('data', function read(data: string) {
    text += data;
    const end = text.indexOf('\n');
    if (end === -1) {
      if (text.length > LINE_CHARS_MAX) socket.destroy();
      return;
    }
    socket.off('data', read);
    clearTimeout(timer);
    got(text.slice(0, end));
  });
}

async function answer(
  line: string,
  restart: (component: ComponentName, instance: number) => Promise<number>,
): Promise<RestartAnswer> {
  try {
    const { component, instance } = (JSON.parse(line) as RestartRequest).restart;
    return { pid: await restart(component, instance) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}
