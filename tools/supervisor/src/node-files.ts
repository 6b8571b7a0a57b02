import { writeFileSync } from 'node:fs';
import type { ServerOptions } from '@skein/config';
import type { Logger } from '@skein/log';
import { localAddresses, portUrls, writePortsFile } from './ports-file.ts';

/** The files that tell others of a node: its pid, its ports. Follow a changed configuration, as nats-server's do. */
export class NodeFiles {
  private readonly log: Logger;
  private pidFile: string | undefined;
  private portsFileDir: string | undefined;
  private removePorts: () => void = () => {};

  constructor(log: Logger) {
    this.log = log;
  }

  /** Early: whoever waits for it wants to signal. One of a former configuration stays where it is. */
  tellPid({ pidFile }: ServerOptions): void {
    if (pidFile === this.pidFile) return;
    this.pidFile = pidFile;
    if (pidFile === undefined) return;
    try {
      writeFileSync(pidFile, String(process.pid), { mode: 0o600 });
    } catch (error) {
      this.log.error(`Could not write pidfile: ${(error as Error).message}`);
    }
  }

  /** When all ports accept. One of a former configuration goes. */
  tellPorts(options: ServerOptions): void {
    const { portsFileDir } = options;
    if (portsFileDir === this.portsFileDir) return;
    this.portsFileDir = portsFileDir;
    this.remove();
    if (portsFileDir === undefined) return;
    try {
      this.removePorts = writePortsFile(portsFileDir, process.pid, portUrls(options, localAddresses()));
    } catch (error) {
      this.log.error(`Error writing ports file: ${(error as Error).message}`);
    }
  }

  /** At the end; the pid file stays, as nats-server's does. */
  remove(): void {
    this.removePorts();
    this.removePorts = () => {};
  }
}
