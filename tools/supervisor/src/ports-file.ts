import { unlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { ServerOptions } from '@skein/config';
import { hostPort } from './address.ts';

/** URLs by listener, as tools read them from the ports file. */
export type PortUrls = Record<string, string[]>;

/** A listener on all addresses is listed with each of them, loopback first. */
function urls(scheme: string, host: string, port: number, addresses: readonly string[]): string[] {
  const hosts = host === '0.0.0.0' || host === '::' ? addresses : [host];
  return hosts.map((one) => `${scheme}://${hostPort(one, port)}`);
}

export function portUrls(options: ServerOptions, addresses: readonly string[]): PortUrls {
  const { monitoring, websocket } = options;
  const result: PortUrls = {
    nats: urls(options.tls === undefined ? 'nats' : 'tls', options.host, options.port, addresses),
  };
  const monitor: string[] = [];
  if (monitoring.port > 0) monitor.push(...urls('http', monitoring.host, monitoring.port, addresses));
  if (monitoring.httpsPort > 0) monitor.push(...urls('https', monitoring.host, monitoring.httpsPort, addresses));
  if (monitor.length > 0) result.monitoring = monitor;
  if (websocket !== undefined) {
    result.websocket = urls(websocket.noTls ? 'ws' : 'wss', websocket.host, websocket.port, addresses);
  }
  if (options.profPort > 0) result.profile = urls('http', options.host, options.profPort, addresses);
  return result;
}

export function localAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const loopbackFirst = [...all.filter((one) => one.internal), ...all.filter((one) => !one.internal)];
  return loopbackFirst.map((one) => one.address);
}

/** Writes `nats-server_<pid>.ports` into the folder; gives back what removes it. Throws when it cannot be written. */
export function writePortsFile(folder: string, pid: number, content: PortUrls): () => void {
  const file = join(folder, `nats-server_${pid}.ports`);
  writeFileSync(file, JSON.stringify(content));
  return () => {
    try {
      unlinkSync(file);
    } catch {
      // somebody else's clean-up came first
    }
  };
}
