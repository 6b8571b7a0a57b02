import { hostname } from 'node:os';
import type { LineSink } from '../sink.ts';
import { hasLocalSyslog, startLogger } from './logger-command.ts';
import { localMessage, remoteMessage, type Sender } from './message.ts';
import { SyslogSink } from './syslog-sink.ts';
import { type Stream, TcpOutlet } from './tcp-outlet.ts';

const TAG = 'nats-server';

/** Syslog cannot be reached; the message is nats-server's. */
export class SyslogError extends Error {}

const after = (ms: number, fn: () => void): void => {
  setTimeout(fn, ms).unref();
};

/** This machine's. Rejects with a SyslogError. */
export async function openLocalSyslog(pid: number): Promise<LineSink> {
  if (!hasLocalSyslog()) throw new SyslogError('error connecting to syslog: "Unix syslog delivery error"');
  const start = (): Promise<Stream> => startLogger(TAG, pid);
  const stream = await start().catch((error: Error) => {
    throw new SyslogError(`error connecting to syslog: "${error.message}"`);
  });
  return new SyslogSink(localMessage, new TcpOutlet({ stream, reconnect: start, after }));
}

/** One over the network, `udp://host:port` or `tcp://host:port`. Rejects with a SyslogError. */
export async function openRemoteSyslog(url: string, pid: number, wallMs: () => number): Promise<LineSink> {
  const { network, host, port } = parseAddress(url);
  const sender: Sender = { hostname: hostname(), tag: TAG, pid };
  const outlet = await open(network, host, port).catch((error: NodeJS.ErrnoException) => {
    throw new SyslogError(`error connecting to syslog: "dial ${network}${reason(error, host, port)}"`);
  });
  return new SyslogSink((level, text) => remoteMessage(sender, level, text, wallMs()), outlet);
}

async function open(network: 'udp' | 'tcp', host: string, port: number) {
  if (network === 'udp') {
    const { openUdp } = await import('./udp-outlet.ts');
    return openUdp(host, port);
  }
  const { connectTcp } = await import('./tcp-stream.ts');
  const reconnect = (): Promise<Stream> => connectTcp(host, port);
  return new TcpOutlet({ stream: await reconnect(), reconnect, after });
}

export function parseAddress(url: string): { network: 'udp' | 'tcp'; host: string; port: number } {
  const match = /^([a-z][a-z0-9+.-]*):\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/]*)(?::(\d*))?/i.exec(url);
  const network = match?.[1].toLowerCase() ?? '';
  if (match === null && /^[^/]*:/.test(url)) {
    throw new SyslogError(`parse ${JSON.stringify(url)}: first path segment in URL cannot contain colon`);
  }
  if (match === null || (network !== 'udp' && network !== 'tcp')) {
    throw new SyslogError(`error invalid network type: ${JSON.stringify(network)}`);
  }
  const [, , host, port] = match;
  if (port === undefined) {
    throw new SyslogError(`error connecting to syslog: "dial ${network}: address ${host}: missing port in address"`);
  }
  return { network, host: host.replace(/^\[|\]$/g, '') || '127.0.0.1', port: Number(port) };
}

function reason(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.syscall === 'getaddrinfo') return `: lookup ${host}: no such host`;
  const text = error.code === 'ECONNREFUSED' ? 'connection refused' : error.message;
  return ` ${host}:${port}: connect: ${text}`;
}
