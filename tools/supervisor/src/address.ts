import { isIPv6 } from 'node:net';

/** `host:port`, IPv6 in brackets. */
export const hostPort = (host: string, port: number): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`;
