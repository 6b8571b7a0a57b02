const LISTENING = /^Debugger listening on (ws:\/\/\S+)$/;
const NOISE = /^(Debugger listening on |For help, see: |Debugger attached\.|Debugger ending on )/;

/**
 * Node says on stderr where its inspector listens, and only there (`--inspect-publish-uid=stderr`). While somebody waits for
 * that, the lines about it are kept out of the log: whoever knows the address can run code in the process.
 */
export class InspectorNotice {
  /** Once it listens it goes on to, and says nothing when it is asked to again. */
  private url: string | undefined;
  private found: ((url: string) => void) | undefined;

  /** Calls back with a `ws:` URL as soon as it is known; the lines about it stay out of the log from now on. */
  expect(found: (url: string) => void): void {
    this.found = found;
    if (this.url !== undefined) found(this.url);
  }

  /** Gives back what belongs into the log. */
  filter(lines: string): string {
    if (!lines.includes('Debugger') && !lines.includes('For help')) return lines;
    return lines
      .split(/(?<=\n)/)
      .filter((line) => !NOISE.test(line) || this.isForTheLog(line))
      .join('');
  }

  private isForTheLog(line: string): boolean {
    const url = LISTENING.exec(line.trimEnd())?.[1];
    if (url !== undefined) {
      this.url = url;
      this.found?.(url);
    }
    return this.found === undefined;
  }
}
