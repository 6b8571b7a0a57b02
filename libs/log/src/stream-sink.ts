import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { LineSink } from './sink.ts';

/** Kept for a reader that has stopped reading; what comes on top of it is dropped and counted. */
const PENDING_BYTES_MAX = 256 * 1024;

/** The part of a stream that is needed here, so that tests hand in their own. */
export interface OutputStream {
  readonly writableLength: number;
  write(text: string): boolean;
  destroy(): void;
}

/** Lines into a pipe or socket whose reader may stop: bounded, then dropped. */
export class StreamSink implements LineSink {
  dropped = 0;
  private unreported = 0;
  private readonly stream: OutputStream;
  private readonly pendingBytesMax: number;

  constructor(stream: OutputStream, pendingBytesMax = PENDING_BYTES_MAX) {
    this.stream = stream;
    this.pendingBytesMax = pendingBytesMax;
  }

  write(lines: string): void {
    if (this.stream.writableLength + lines.length > this.pendingBytesMax) {
      this.dropped++;
      this.unreported++;
      return;
    }
    if (this.unreported > 0) {
      this.stream.write(`${this.unreported} log lines dropped: their reader does not read\n`);
      this.unreported = 0;
    }
    this.stream.write(lines);
  }

  reopen(): boolean {
    return false;
  }

  close(): void {
    this.stream.destroy();
  }
}

class DescriptorSink implements LineSink {
  readonly dropped = 0;
  private readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  write(lines: string): void {
    try {
      writeSync(this.fd, lines);
    } catch {
      // A full disk or a closed terminal must not stop the server.
    }
  }

  reopen(): boolean {
    return false;
  }

  close(): void {}
}

/**
 * A sink on an inherited descriptor, normally 2. Node writes to inherited pipes synchronously, so a reader that stops
 * reading would stop the process. Making the descriptor itself non-blocking would do so for everyone who shares it (the shell
 * too): a pipe is opened anew instead where the system allows it.
 */
export function descriptorSink(fd: number): LineSink {
  const stat = fstatSync(fd);
  if (!stat.isFIFO() && !stat.isSocket()) return new DescriptorSink(fd);
  const socket = new Socket({ fd: stat.isFIFO() ? reopened(fd) : fd, readable: false, writable: true });
  // The reader has gone: from here on there is nobody to tell.
  socket.on('error', () => {});
  socket.unref();
  return new StreamSink(socket);
}

function reopened(fd: number): number {
  try {
    const own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
    if (fstatSync(own).isFIFO()) return own;
    closeSync(own);
  } catch {
    // no /proc here
  }
  return fd;
}
