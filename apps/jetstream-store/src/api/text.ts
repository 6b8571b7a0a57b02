const escapes = /\\(?:u[0-9a-fA-F]{4}|.)/g;
const runs = /(?:\\u[0-9a-fA-F]{4})+/g;

/**
 * JSON of a request as text with one char a byte, as subjects are inside: what goes out the same way has the bytes that came in. What is
 * written with escapes becomes the bytes that it stands for.
 */
export function readText(content: Buffer, from: number): string {
  const text = content.toString('latin1', from);
  if (!text.includes('\\u')) return text;
  // An escaped backslash may stand before a plain `u`.
  const isPlain = [...text.matchAll(escapes)].every(([found]) => !/^\\u(?!00[0-7])/.test(found));
  return isPlain ? text : text.replace(runs, bytesOf);
}

function bytesOf(run: string): string {
  const said: string = JSON.parse(`"${run}"`);
  return [...said].map((char) => (char < '\x80' ? JSON.stringify(char).slice(1, -1) : latin1Of(char))).join('');
}

const latin1Of = (char: string): string => Buffer.from(char).toString('latin1');

/** The bytes of an answer whose text has one char a byte. */
export const writeText = (text: string): Buffer => Buffer.from(text, 'latin1');
