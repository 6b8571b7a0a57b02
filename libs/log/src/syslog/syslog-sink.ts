import type { Level } from '../level.ts';
import { parseLine } from '../line.ts';
import type { LineSink } from '../sink.ts';

/** Where messages go. */
export interface Outlet {
  /** Takes a finished message; false: there is no room. Never blocks, never throws. */
  push(message: string): boolean;
  /** Sends what it has, for a moment at most. */
  close(): Promise<void>;
}

/** Makes a syslog message of each line. What the outlet does not take is lost and counted; the count is told later. */
export class SyslogSink implements LineSink {
  dropped = 0;
  private unreported = 0;
  private readonly message: (level: Level, text: string) => string;
  private readonly outlet: Outlet;

  constructor(message: (level: Level, text: string) => string, outlet: Outlet) {
    this.message = message;
    this.outlet = outlet;
  }

  write(lines: string): void {
    for (const line of lines.split('\n')) if (line !== '') this.send(line);
  }

  reopen(): boolean {
    return false;
  }

  close(): Promise<void> {
    return this.outlet.close();
  }

  private send(line: string): void {
    if (this.unreported > 0) {
      const report = this.message('WRN', `${this.unreported} log lines dropped: their reader does not read`);
      if (this.outlet.push(report)) this.unreported = 0;
    }
    const { level, text } = parseLine(line);
    if (this.outlet.push(this.message(level, text))) return;
    this.dropped++;
    this.unreported++;
  }
}
