import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Stream } from './tcp-outlet.ts';

/** Where a system's syslog listens, as Go's writer looks for it. */
const SOCKETS = ['/dev/log', '/var/run/syslog', '/var/run/log'];

export const hasLocalSyslog = (): boolean =>
  SOCKETS.some((path) => {
    try {
      return statSync(path).isSocket();
    } catch {
      return false;
    }
  });

/**
 * The system's syslog takes datagrams over a Unix socket, which Node does not have: the `logger` command of util-linux
 * is fed with lines that carry their priority. Rejects when there is no such command.
 */
export function startLogger(tag: string, pid: number): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const child = spawn('logger', ['--prio-prefix', '--tag', tag, `--id=${pid}`], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // Ctrl-C in a terminal must not take the last lines.
      detached: true,
    });
    child.unref();
    child.on('error', reject);
    child.on('spawn', () => resolve(child.stdin));
  });
}
