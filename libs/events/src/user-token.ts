/** What a user's token says of it. */
export interface UserToken {
  /** The key that signed it: the account's, or one of those that sign for it. */
  issuer: string;
  /** '' is none. */
  name: string;
  tags: readonly string[];
}

/** Reads a token that was accepted; undefined where it cannot be read. Nothing is verified here. */
export function readUserToken(token: string): UserToken | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
    const { iss, name = '', nats } = claims as { iss: string; name?: string; nats?: { tags?: string[] } };
    return { issuer: String(iss), name: String(name), tags: Array.isArray(nats?.tags) ? nats.tags.map(String) : [] };
  } catch {
    return undefined;
  }
}
