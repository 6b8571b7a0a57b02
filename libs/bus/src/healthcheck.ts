import { Connection } from './connection.ts';
import type { FrameHandler } from './frame-reader.ts';
import { systemRuntime } from './runtime.ts';
import { unixTransport } from './unix-transport.ts';

const ignore = (): void => {};

/**
 * Asks the process that listens on a Unix socket whether it is well: what `<process> healthcheck` does. Never rejects;
 * undefined when it is, else what is wrong.
 */
export function healthcheck(address: string, timeoutMs = 2000): Promise<string | undefined> {
  return new Promise((resolve) => {
    const runtime = systemRuntime();
    let connection: Connection | undefined;
    const end = (reason: string | undefined) => {
      timer.cancel();
      resolve(reason);
      connection?.destroy('done');
    };
    const timer = runtime.setTimer(timeoutMs, () => end(`no answer within ${timeoutMs} ms`), { keepAlive: true });
    const frames: FrameHandler = {
      onDeliver: ignore,
      onPublish: ignore,
      onReturned: ignore,
      onLinkAck: ignore,
      onInterest: ignore,
      onInterestUpdate: ignore,
      onMessage(frame) {
        if (!frame.response) return;
        const { error, body } = frame.response;
        if (error) end(error);
        else end((JSON.parse(body as string) as { status: string }).status === 'ok' ? undefined : (body as string));
      },
    };
    unixTransport().connect(
      address,
      (channel) => {
        connection = new Connection(channel, runtime, frames, { turnEnd: ignore, disconnected: end }, 1024 * 1024);
        connection.send({ request: { id: 1, method: 'health', body: '' } });
        return connection;
      },
      end,
    );
  });
}
