const LF = 0x0a;

/** What a server sent, cut into protocol frames; `rest` is the beginning of a frame that has not wholly arrived. */
export interface Frames {
  frames: string[];
  rest: string;
}

/**
 * Cuts bytes from a NATS server into frames: one line each, a MSG or HMSG together with its payload. Text is latin1, one
 * character a byte, so that payloads survive unharmed.
 */
export function splitFrames(bytes: Buffer): Frames {
  const frames: string[] = [];
  let start = 0;
  while (start < bytes.length) {
    const lf = bytes.indexOf(LF, start);
    if (lf < 0) break;
    let end = lf + 1;
    const line = bytes.toString('latin1', start, end);
    if (/^H?MSG /i.test(line)) {
      const size = Number(line.trimEnd().split(/\s+/).at(-1));
      if (Number.isSafeInteger(size)) end += size + 2;
      if (end > bytes.length) break;
    }
    frames.push(bytes.toString('latin1', start, end));
    start = end;
  }
  return { frames, rest: bytes.toString('latin1', start) };
}
