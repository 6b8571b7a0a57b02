import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, Socket, type SocketConstructorOpts } from 'node:net';
import { dirname } from 'node:path';
import type { Channel, ChannelHandler, Listener, Transport } from './transport.ts';

/** `sun_path` has 108 bytes on Linux, 104 on macOS, its final zero included. */
const PATH_BYTES_MAX = process.platform === 'linux' ? 106 : 103;

/** Every link of a process reads into this one buffer: what it hands out is valid during the call only. */
const READ_BYTES = 256 * 1024;
let shared: Buffer | null = null;

class SocketChannel implements Channel {
  readonly socket: Socket;
  private handler: ChannelHandler | null = null;
  private drainDue = false;

  /** @param options of `net.Socket`: a handle that was accepted, or nothing for one that is to connect */
  constructor(options: object = {}) {
    shared ??= Buffer.allocUnsafeSlow(READ_BYTES);
    const buffer = shared;
    // Without `onread` every read would allocate 64 KiB, and collecting them cost a third of a busy link's time.
    const onread = {
      buffer,
      callback: (bytes: number): boolean => {
        this.handler?.data(buffer, 0, bytes);
        return true;
      },
    };
    this.socket = new Socket({ ...options, onread } as SocketConstructorOpts);
  }

  attach(handler: ChannelHandler): void {
    const { socket } = this;
    this.handler = handler;
    let reason = 'closed by the peer';
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('end', () => socket.destroy());
    socket.on('close', () => handler.closed(reason));
    socket.resume();
  }

  get bufferedBytes(): number {
    return this.socket.writableLength;
  }

  write(bytes: Buffer): boolean {
    if (!this.socket.writable) return true;
    this.socket.write(bytes, this.written);
    this.drainDue = this.socket.writableLength > 0;
    return !this.drainDue;
  }

  // The stream's own 'drain' comes only after it was filled to its high-water mark.
  private readonly written = (): void => {
    if (!this.drainDue || this.socket.writableLength > 0) return;
    this.drainDue = false;
    this.handler?.drain();
  };

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  close(): void {
    this.socket.end(() => this.socket.destroy());
  }

  destroy(): void {
    this.socket.destroy();
  }
}

interface Accepted extends Socket {
  _handle: unknown;
}

function checkAddress(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes > PATH_BYTES_MAX) {
    throw new Error(`socket path of ${bytes} bytes, at most ${PATH_BYTES_MAX} are possible: ${path}`);
  }
}

/** Whether a process accepts connections there. */
const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });

const listening = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });

async function removeStale(path: string): Promise<void> {
  let isSocket: boolean;
  try {
    isSocket = lstatSync(path).isSocket();
  } catch {
    return;
  }
  if (!isSocket) throw new Error(`${path} exists and is no socket`);
  if (await answers(path)) throw new Error(`another process listens on ${path}`);
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Unix sockets; addresses are paths. Makes the sockets' directory (0700) where it is missing. */
export function unixTransport(): Transport {
  return {
    async listen(address, accept) {
      checkAddress(address);
      mkdirSync(dirname(address), { recursive: true, mode: 0o700 });
      const server = createServer({ pauseOnConnect: true }, (accepted) => {
        // Only a socket that we construct can have `onread`: the accepted handle moves into one.
        const { _handle: handle } = accepted as Accepted;
        (accepted as Accepted)._handle = null;
        const channel = new SocketChannel({ handle, pauseOnCreate: true });
        channel.attach(accept(channel));
      });
      await removeStale(address);
      await listening(server, address);
      chmodSync(address, 0o600);
      const listener: Listener = {
        close() {
          server.close();
        },
      };
      return listener;
    },

    connect(address, opened, failed) {
      try {
        checkAddress(address);
      } catch (error) {
        failed((error as Error).message);
        return;
      }
      const channel = new SocketChannel();
      const { socket } = channel;
      const refused = (error: Error) => failed(error.message);
      socket.once('error', refused);
      socket.once('connect', () => {
        socket.off('error', refused);
        channel.attach(opened(channel));
      });
      socket.connect(address);
    },
  };
}
