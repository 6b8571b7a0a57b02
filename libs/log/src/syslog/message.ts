import type { Level } from '../level.ts';

/** As nats-server maps its levels to syslog's severities. */
const severities: Record<Level, number> = { FTL: 2, ERR: 3, WRN: 4, INF: 5, TRC: 5, DBG: 7 };
/** Of the system's own syslog; messages over the network come without one, as nats-server's do. */
const FACILITY_DAEMON = 3;

/** What a message says of its sender. */
export interface Sender {
  hostname: string;
  tag: string;
  pid: number;
}

/** Over the network: RFC 3164 with the time of RFC 3339, the form of Go's syslog writer. */
export function remoteMessage({ hostname, tag, pid }: Sender, level: Level, text: string, unixMs: number): string {
  const time = `${new Date(unixMs).toISOString().slice(0, 19)}Z`;
  return `<${severities[level]}>${time} ${hostname} ${tag}[${pid}]: ${text}\n`;
}

/** For `logger --prio-prefix`, which adds the rest. */
export function localMessage(level: Level, text: string): string {
  return `<${FACILITY_DAEMON * 8 + severities[level]}>${text}\n`;
}
