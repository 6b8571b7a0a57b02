import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { localMessage, remoteMessage } from './message.ts';
import { openRemoteSyslog, parseAddress, SyslogError } from './open.ts';
import { type Outlet, SyslogSink } from './syslog-sink.ts';
import { type Stream, TcpOutlet } from './tcp-outlet.ts';

const AT = Date.UTC(2026, 10, 21, 22, 48, 19) + 500;
const sender = { hostname: 'vm', tag: 'nats-server', pid: 42 };

describe('messages', () => {
  // Recorded from nats-server 2.15.2 with a listener of its own.
  it.each([
    ['INF', '<5>2026-11-21T22:48:19Z vm nats-server[42]: text\n', '<29>text\n'],
    ['DBG', '<7>2026-11-21T22:48:19Z vm nats-server[42]: text\n', '<31>text\n'],
    ['WRN', '<4>2026-11-21T22:48:19Z vm nats-server[42]: text\n', '<28>text\n'],
    ['ERR', '<3>2026-11-21T22:48:19Z vm nats-server[42]: text\n', '<27>text\n'],
    ['FTL', '<2>2026-11-21T22:48:19Z vm nats-server[42]: text\n', '<26>text\n'],
    ['TRC', '<5>2026-11-21T22:48:19Z vm nats-server[42]: text\n', '<29>text\n'],
  ] as const)('%s', (level, remote, local) => {
    expect([remoteMessage(sender, level, 'text', AT), localMessage(level, 'text')]).toEqual([remote, local]);
  });
});

describe('lines', () => {
  const message = (level: string, text: string): string => `${level} ${text}`;
  function outletOf(room: { left: number }): Outlet & { got: string[] } {
    const got: string[] = [];
    return {
      got,
      push(text) {
        if (room.left === 0) return false;
        room.left--;
        got.push(text);
        return true;
      },
      close: async () => {},
    };
  }

  it('lose pid and time, and keep their level; last words of a runtime are errors', () => {
    const outlet = outletOf({ left: 10 });
    const sink = new SyslogSink(message, outlet);
    sink.write(
      '[1] 2026/11/21 19:31:16.123456 [WRN] one\n[1] [DBG] two\n{"time":"x","level":"info","msg":"three"}\nFATAL: out\n',
    );
    expect(outlet.got).toEqual([
      'WRN one',
      'DBG two',
      'INF {"time":"x","level":"info","msg":"three"}',
      'ERR FATAL: out',
    ]);
  });

  it('that find no room are counted, and that is told', () => {
    const room = { left: 1 };
    const outlet = outletOf(room);
    const sink = new SyslogSink(message, outlet);
    sink.write('[1] [INF] one\n[1] [INF] two\n[1] [INF] three\n');
    expect(sink.dropped).toBe(2);
    room.left = 5;
    sink.write('[1] [INF] four\n');
    expect(outlet.got).toEqual(['INF one', 'WRN 2 log lines dropped: their reader does not read', 'INF four']);
  });
});

class FakeStream implements Stream {
  writableLength = 0;
  written = '';
  ended = false;
  private closed: (() => void)[] = [];

  write(text: string): void {
    this.written += text;
  }

  end(): void {
    this.ended = true;
    this.close();
  }

  destroy(): void {
    this.close();
  }

  close(): void {
    for (const fn of this.closed) fn();
  }

  on(event: 'close' | 'error', fn: () => void): void {
    if (event === 'close') this.closed.push(fn);
  }
}

describe('a connection', () => {
  function setUp(attempts: (FakeStream | Error)[]) {
    const timers: (() => void)[] = [];
    const first = new FakeStream();
    const outlet = new TcpOutlet({
      stream: first,
      reconnect: async () => {
        const next = attempts.shift();
        if (next instanceof FakeStream) return next;
        throw next;
      },
      after: (_ms, fn) => timers.push(fn),
    });
    const tick = async (): Promise<void> => {
      timers.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { outlet, first, tick, timers };
  }

  it('is made anew, however often that fails; what came meanwhile is sent then', async () => {
    const second = new FakeStream();
    const { outlet, first, tick } = setUp([new Error('refused'), second]);
    outlet.push('one\n');
    first.close();
    outlet.push('two\n');
    await tick();
    outlet.push('three\n');
    await tick();
    outlet.push('four\n');
    expect([first.written, second.written]).toEqual(['one\n', 'two\nthree\nfour\n']);
  });

  it('that nobody reads, or that is away, costs lines, not memory', () => {
    const { outlet, first } = setUp([]);
    const line = 'x'.repeat(100 * 1024);
    first.writableLength = 200 * 1024;
    expect(outlet.push(line)).toBe(false);
    first.close();
    expect([outlet.push(line), outlet.push(line), outlet.push(line)]).toEqual([true, true, false]);
  });

  it('is closed in order, and stays closed', async () => {
    const { outlet, first } = setUp([]);
    await outlet.close();
    expect([first.ended, outlet.push('late')]).toEqual([true, false]);
  });
});

describe('addresses', () => {
  it.each([
    ['udp://127.0.0.1:514', { network: 'udp', host: '127.0.0.1', port: 514 }],
    ['UDP://log.example:514', { network: 'udp', host: 'log.example', port: 514 }],
    ['tcp://[::1]:6514', { network: 'tcp', host: '::1', port: 6514 }],
  ])('%s', (url, expected) => {
    expect(parseAddress(url)).toEqual(expected);
  });

  // Recorded from nats-server 2.15.2.
  it.each([
    ['127.0.0.1:14514', 'parse "127.0.0.1:14514": first path segment in URL cannot contain colon'],
    ['localhost', 'error invalid network type: ""'],
    ['//127.0.0.1:14514', 'error invalid network type: ""'],
    ['foo://127.0.0.1:14514', 'error invalid network type: "foo"'],
    ['udp4://127.0.0.1:14514', 'error invalid network type: "udp4"'],
    ['udp://127.0.0.1', 'error connecting to syslog: "dial udp: address 127.0.0.1: missing port in address"'],
  ])('%s is refused', (url, text) => {
    expect(() => parseAddress(url)).toThrow(new SyslogError(text));
  });

  it('that nobody listens on are refused with nats-server’s words', async () => {
    await expect(openRemoteSyslog('tcp://127.0.0.1:1', 42, () => AT)).rejects.toThrow(
      'error connecting to syslog: "dial tcp 127.0.0.1:1: connect: connection refused"',
    );
  });
});

it('datagrams arrive as nats-server sends them', async () => {
  const receiver = createSocket('udp4');
  receiver.bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  const sink = await openRemoteSyslog(`udp://127.0.0.1:${receiver.address().port}`, 42, () => AT);
  const received = once(receiver, 'message');
  sink.write('[42] 2026/11/21 19:31:16.123456 [ERR] out of luck\n');
  const [text] = await received;
  expect(String(text)).toMatch(/^<3>2026-11-21T22:48:19Z \S+ nats-server\[42\]: out of luck\n$/);
  await sink.close();
  receiver.close();
});
