const KEPT_LINES = 4000;

/** What happened, hashed as it happens; the newest lines are kept for whoever looks into a failure. */
export class Trace {
  hash = 0x811c9dc5;
  readonly lines: string[] = [];
  private readonly echo: ((line: string) => void) | undefined;

  constructor(echo?: (line: string) => void) {
    this.echo = echo;
  }

  add(at: number, text: string): void {
    const line = `${at.toFixed(6)} ${text}`;
    for (let i = 0; i < line.length; i++) this.hash = Math.imul(this.hash ^ line.charCodeAt(i), 0x01000193);
    this.lines.push(line);
    if (this.lines.length > 2 * KEPT_LINES) this.lines.splice(0, KEPT_LINES);
    this.echo?.(line);
  }
}
