/** Longer ones are cut: a process that writes without line ends must not fill the supervisor's memory. */
const LINE_CHARS_MAX = 64 * 1024;

/** Hands on what arrives in complete lines, so that the lines of several processes never mix. */
export class LineSplitter {
  private rest = '';
  private readonly emit: (lines: string) => void;

  constructor(emit: (lines: string) => void) {
    this.emit = emit;
  }

  push(text: string): void {
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) {
      this.emit(this.rest + text.slice(0, end));
      this.rest = text.slice(end);
    } else {
      this.rest += text;
    }
    if (this.rest.length > LINE_CHARS_MAX) this.end();
  }

  /** Nothing more comes: a last line without an end gets one. */
  end(): void {
    if (this.rest !== '') this.emit(`${this.rest}\n`);
    this.rest = '';
  }
}
