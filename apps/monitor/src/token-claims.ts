/** Reads what a token says without looking at its signature: whoever let its bearer in has. Undefined when it says nothing. */
export function claimsOf(token: string): object | undefined {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  } catch {
    return undefined;
  }
}
