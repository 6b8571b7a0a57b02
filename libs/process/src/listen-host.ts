import { networkInterfaces } from 'node:os';

/** `0.0.0.0` means every address to nats-server, IPv6 ones included where the machine has any. */
export function listenHost(host: string): string {
  if (host !== '0.0.0.0') return host;
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.some((one) => one.family === 'IPv6') ? '::' : host;
}
