import { ConfigError } from './error.ts';

export interface Address {
  /** '' when only a port is given. */
  host: string;
  port: number;
}

/** `host:port`, `:port` or `[v6]:port`. Throws ConfigError with nats-server's text. */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(text);
  if (match === null) throw new ConfigError(`could not parse address string ${JSON.stringify(text)}`);
  const port = match[3];
  if (!/^[-+]?\d+$/.test(port)) throw new ConfigError(`could not parse port ${JSON.stringify(port)}`);
  return { host: match[1] ?? match[2], port: Number(port) };
}
