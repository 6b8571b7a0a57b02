import { defaultOptions } from '@skein/config';
import { createLogger, type LineSink } from '@skein/log';
import { expect, it } from 'vitest';
import { logBanner, logListening } from './banner.ts';

function recorder(debug = false) {
  const lines: string[] = [];
  const sink: LineSink = { write: (text) => lines.push(text), dropped: 0, reopen: () => false, close: () => {} };
  const settings = { debug, trace: false, logtime: false, logtimeUtc: false };
  return { lines, log: createLogger({ sink, pid: 7, process: 'gateway/1', now: () => 0, settings }) };
}

const facts = { version: '2.15.2', runtime: 'node26', serverName: 'n', serverId: 'NABC', configDigest: 'sha256:00' };

it('begins as nats-server does', () => {
  const { lines, log } = recorder();
  logBanner(log, { ...facts, configFile: 'a.conf' });
  expect(lines).toEqual([
    '[7] [INF] Starting nats-server\n',
    '[7] [INF]   Version:  2.15.2\n',
    '[7] [INF]   Git:      [not set]\n',
    '[7] [INF]   Name:     n\n',
    '[7] [INF]   ID:       NABC\n',
    '[7] [INF] Using configuration file: a.conf (sha256:00)\n',
  ]);
});

it('announces listeners in nats-server’s order, then readiness', () => {
  const { lines, log } = recorder();
  const options = defaultOptions();
  options.host = '::1';
  options.monitoring = { ...options.monitoring, host: '::1', port: 8222 };
  options.websocket = { host: '0.0.0.0', port: 8080, noTls: true } as typeof options.websocket;
  logListening(log, options);
  expect(lines).toEqual([
    '[7] [INF] Starting http monitor on [::1]:8222\n',
    '[7] [INF] Listening for websocket clients on ws://0.0.0.0:8080\n',
    '[7] [WRN] Websocket not configured with TLS. DO NOT USE IN PRODUCTION!\n',
    '[7] [INF] Listening for client connections on [::1]:4222\n',
    '[7] [INF] Server is ready\n',
  ]);
});
