/** Where finished lines go. Writing never blocks on a reader and never throws. */
export interface LineSink {
  /** One or more complete lines, newlines included. */
  write(lines: string): void;
  /** Lines that were not taken because whoever reads them does not. */
  readonly dropped: number;
  /** Opens the file anew, after it was renamed. False when there is no file. */
  reopen(): boolean;
  /** Resolves when what was written has gone its way, or cannot. */
  close(): void | Promise<void>;
}
