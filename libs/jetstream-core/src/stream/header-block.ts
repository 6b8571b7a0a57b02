import { HeaderLines, isText } from './header-lines.ts';

/** NATS header blocks in messages: `NATS/1.0`, lines of `Name: value`, an empty line, each ended by CR LF (ADR-4). */

const START = 'NATS/1.0\r\n';

/** Calls back with each line's name and value (blanks before it left out), one char a byte. */
export function readHeaders(content: Buffer, headerBytes: number, each: (name: string, value: string) => void): void {
  const lines = new HeaderLines(content, 0, headerBytes);
  while (lines.next()) each(lines.name(), lines.value());
}

/** The first header of that name; undefined without one. */
export function headerOf(content: Buffer, headerBytes: number, wanted: string): string | undefined {
  const lines = new HeaderLines(content, 0, headerBytes);
  while (lines.next()) if (isText(wanted, content, lines.nameStart, lines.nameEnd)) return lines.value();
  return undefined;
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
