const LISTENING = /^Debugger listening on (ws:\/\/\S+)$/;
const NOISE = /^(Debugger listening on |For help, see: |Debugger attached\.|Debugger ending on )/;

/**
 * Node says on stderr where its inspector listens, and only there (`--inspect-publish-uid=stderr`). While somebody waits for
 * that, the lines about it are kept out of the log: whoever knows the address can run code in the process.
 */
export class InspectorNotice {
  private found: ((url: string) => void) | undefined;

  /** From now on; calls back once, with a `ws:` URL. */
  expect(found: (url: string) => void): void {
    this.found = found;
  }

  /** Gives back what belongs into the log. */
  filter(lines: string): string {
    if (this.found === undefined) return lines;
    return lines
      .split(/(?<=\n)/)
      .filter((line) => {
        const url = LISTENING.exec(line.trimEnd())?.[1];
        if (url !== undefined) this.found?.(url);
        return !NOISE.test(line);
      })
      .join('');
  }
}
