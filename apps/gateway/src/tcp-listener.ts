import { createServer, type Server, Socket, type SocketConstructorOpts } from 'node:net';
import type { ChannelHandler } from '@skein/bus';
import { listenOn, type TcpAddress } from './listening.ts';
import { HIGH_WATER_MARK_BYTES, SocketChannel } from './socket-channel.ts';

/** Reads arrive in one buffer that all connections share; what they leave unread is kept by them, in front of it. */
const HEADROOM_BYTES = 64 * 1024;
const READ_BYTES = 256 * 1024;

/** A handler that can use the shared buffer's headroom. */
export interface ReadHandler extends ChannelHandler {
  read(buffer: Buffer, start: number, end: number, headroom: boolean): void;
}

/**
 * Listens for plain TCP. Each accepted connection reads into one shared buffer (an idle connection owns none) through
 * Node's `onread`, which only a socket that we construct can have: so the accepted handle is moved into one.
 */
export class TcpListener {
  readonly #shared = Buffer.allocUnsafeSlow(HEADROOM_BYTES + READ_BYTES);
  readonly #area = this.#shared.subarray(HEADROOM_BYTES);
  readonly #server: Server;

  /** `accept` gets each new connection; nothing is read of it before `start`. */
  constructor(accept: (channel: SocketChannel, socket: Socket, start: (handler: ReadHandler) => void) => void) {
    this.#server = createServer({ noDelay: true, pauseOnConnect: true }, (accepted) => {
      const socket = this.#adopt(accepted as Accepted);
      const channel = new SocketChannel(socket);
      accept(channel, socket, (handler) => {
        this.#handlers.set(socket, handler);
        channel.attach(handler);
        socket.resume();
      });
    });
  }

  readonly #handlers = new WeakMap<Socket, ReadHandler>();

  #adopt(accepted: Accepted): Socket {
    const handle = accepted._handle;
    accepted._handle = null;
    let handler: ReadHandler | undefined;
    const socket: Socket = new Socket({
      handle,
      // Nothing is read before `start`: a client may say CONNECT before it has a slot.
      pauseOnCreate: true,
      highWaterMark: HIGH_WATER_MARK_BYTES,
      onread: {
        buffer: this.#area,
        callback: (bytes: number) => {
          handler ??= this.#handlers.get(socket);
          handler?.read(this.#shared, HEADROOM_BYTES, HEADROOM_BYTES + bytes, true);
          return true;
        },
      },
    } as SocketConstructorOpts);
    socket.on('error', ignore);
    return socket;
  }

  listen(host: string, port: number, shared: boolean): Promise<TcpAddress> {
    return listenOn(this.#server, host, port, shared);
  }

  close(): void {
    this.#server.close();
  }
}

interface Accepted extends Socket {
  _handle: unknown;
}

/** An error is followed by `close`, which says all that is needed. */
function ignore(): void {}
