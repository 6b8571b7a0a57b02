import { JwtError } from './errors.ts';

/** RFC 7515 §2: the URL alphabet, no padding. */
const alphabet = /^[\w-]*$/;

export function encodeBase64url(bytes: Uint8Array | string): string {
  return Buffer.from(bytes as string).toString('base64url');
}

/** @throws JwtError `bad_base64`: Buffer alone would skip what is foreign. */
export function decodeBase64url(text: string): Buffer {
  if (text.length % 4 === 1 || !alphabet.test(text)) throw new JwtError('bad_base64', 'illegal base64 data');
  return Buffer.from(text, 'base64url');
}
