import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Channel, ChannelHandler } from './transport.ts';
import { unixTransport } from './unix-transport.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bus-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const silent: ChannelHandler = { data() {}, drain() {}, closed() {} };

function dial(address: string, handler: ChannelHandler = silent): Promise<Channel> {
  return new Promise((resolve, reject) => {
    unixTransport().connect(
      address,
      (channel) => {
        resolve(channel);
        return handler;
      },
      (reason) => reject(new Error(reason)),
    );
  });
}

describe('the Unix transport', () => {
  test('makes a private folder and a private socket', async () => {
    const address = join(folder, 'run', 'a.sock');
    const listener = await unixTransport().listen(address, () => silent);
    expect(statSync(join(folder, 'run')).mode & 0o777).toBe(0o700);
    expect(statSync(address).mode & 0o777).toBe(0o600);
    listener.close();
    expect(existsSync(address)).toBe(false);
  });

  test('carries bytes both ways and tells of the end', async () => {
    const address = join(folder, 'a.sock');
    const listener = await unixTransport().listen(address, (channel) => ({
      ...silent,
      data: (buf, start, end) => channel.write(Buffer.from(buf.subarray(start, end))),
    }));
    let echoed = '';
    const over = new Promise<string>((resolve) => {
      const handler: ChannelHandler = {
        ...silent,
        data(buf, start, end) {
          echoed += buf.toString('latin1', start, end);
          if (echoed.length === 5) channel.close();
        },
        closed: resolve,
      };
      let channel: Channel;
      dial(address, handler).then((opened) => {
        channel = opened;
        channel.write(Buffer.from('hello'));
      });
    });
    await over;
    expect(echoed).toBe('hello');
    listener.close();
  });

  test('tells when a reader that had stopped has taken everything', async () => {
    const address = join(folder, 'a.sock');
    let reader!: Channel;
    let received = 0;
    const accepted = new Promise<void>((resolve) => {
      unixTransport().listen(address, (channel) => {
        reader = channel;
        resolve();
        return {
          ...silent,
          data: (_buf, start, end) => {
            received += end - start;
          },
        };
      });
    });
    await new Promise((resolve) => setImmediate(resolve));
    let drained!: () => void;
    const drain = new Promise<void>((resolve) => {
      drained = resolve;
    });
    const writer = await dial(address, { ...silent, drain: () => drained() });
    await accepted;
    reader.pause();
    const chunk = Buffer.alloc(100_000);
    let written = 0;
    while (writer.write(Buffer.from(chunk))) written += chunk.length;
    written += chunk.length;
    expect(writer.bufferedBytes).toBeGreaterThan(0);
    reader.resume();
    await drain;
    expect(writer.bufferedBytes).toBe(0);
    writer.close();
    await new Promise<void>((resolve) => {
      const look = () => (received === written ? resolve() : setImmediate(look));
      look();
    });
  });

  test('takes over the socket of a dead process, not of a live one, and no other file', async () => {
    const address = join(folder, 'a.sock');
    const dead = createServer();
    dead.listen(address);
    await once(dead, 'listening');
    await expect(unixTransport().listen(address, () => silent)).rejects.toThrow('another process listens');
    // What a killed process leaves: the file without the listener.
    const left = join(folder, 'left.sock');
    const { spawnSync } = await import('node:child_process');
    spawnSync(process.execPath, [
      '-e',
      `require('node:net').createServer().listen(${JSON.stringify(left)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ]);
    expect(existsSync(left)).toBe(true);
    const listener = await unixTransport().listen(left, () => silent);
    await dial(left);
    listener.close();
    dead.close();

    const file = join(folder, 'file');
    writeFileSync(file, 'precious');
    await expect(unixTransport().listen(file, () => silent)).rejects.toThrow('is no socket');
  });

  test('refuses a path that the system would cut', async () => {
    const address = join(folder, 'x'.repeat(108));
    await expect(unixTransport().listen(address, () => silent)).rejects.toThrow('at most');
    await expect(dial(address)).rejects.toThrow('at most');
  });

  test('says that nobody listens', async () => {
    await expect(dial(join(folder, 'nobody.sock'))).rejects.toThrow('ENOENT');
  });
});
