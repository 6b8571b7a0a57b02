/** NATS header blocks in messages: `NATS/1.0`, lines of `Name: value`, an empty line, each ended by CR LF (ADR-4). */

const START = 'NATS/1.0\r\n';
const CR = 13;
const COLON = 58;
const BLANK = 32;

/** Calls back with each line's name and value (blanks before it left out), one char a byte. */
export function readHeaders(content: Buffer, headerBytes: number, each: (name: string, value: string) => void): void {
  let at = content.indexOf(CR) + 2;
  while (at > 1 && at < headerBytes - 2) {
    const end = content.indexOf(CR, at);
    if (end < 0 || end >= headerBytes) return;
    const colon = content.indexOf(COLON, at);
    if (colon > 0 && colon < end) {
      let from = colon + 1;
      while (from < end && content[from] === BLANK) from++;
      each(content.toString('latin1', at, colon), content.toString('latin1', from, end));
    }
    at = end + 2;
  }
}

/** The first header of that name; undefined without one. */
export function headerOf(content: Buffer, headerBytes: number, wanted: string): string | undefined {
  let found: string | undefined;
  readHeaders(content, headerBytes, (name, value) => {
    if (name === wanted) found ??= value;
  });
  return found;
}

/** A block of these lines. */
export const headerBlock = (lines: readonly string[]): Buffer =>
  Buffer.from(`${START}${lines.map((line) => `${line}\r\n`).join('')}\r\n`, 'latin1');

/** The block of a message with lines added to its end; of one without headers, a block of these alone. */
export function withLines(content: Buffer, headerBytes: number, lines: readonly string[]): Buffer {
  if (headerBytes === 0) return headerBlock(lines);
  const more = Buffer.from(`${lines.map((line) => `${line}\r\n`).join('')}\r\n`, 'latin1');
  return Buffer.concat([content.subarray(0, headerBytes - 2), more]);
}

/** Lines with the one of that name in its place, or at the end. */
export function setLine(lines: readonly string[], name: string, value: string): string[] {
  const at = lines.findIndex((line) => line.startsWith(`${name}:`));
  const line = `${name}: ${value}`;
  return at < 0 ? [...lines, line] : lines.with(at, line);
}

/** The lines of a block, without its first and the empty one. */
export const linesOf = (content: Buffer, headerBytes: number): string[] =>
  content.toString('latin1', START.length, headerBytes - 4).split('\r\n');
