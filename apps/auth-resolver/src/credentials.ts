/** What a client shows to be let in; '' where it shows nothing. */
export interface Credentials {
  user: string;
  pass: string;
  token: string;
  nkey: string;
  /** A user's token, in operator mode. */
  jwt: string;
  /** The nonce signed by the nkey, base64. */
  signature: string;
  /** It asks for an account by itself, which is never granted. */
  asksForAccount: boolean;
}

const fields: Record<string, Exclude<keyof Credentials, 'asksForAccount'>> = {
  user: 'user',
  pass: 'pass',
  auth_token: 'token',
  jwt: 'jwt',
  nkey: 'nkey',
  sig: 'signature',
};

/** Reads CONNECT's JSON; undefined when it is none, or a credential is no string. */
export function readCredentials(connectJson: string): Credentials | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(connectJson);
  } catch {
    return undefined;
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined;
  const credentials: Credentials = {
    jwt: '',
    user: '',
    pass: '',
    token: '',
    nkey: '',
    signature: '',
    asksForAccount: false,
  };
  for (const [key, value] of Object.entries(raw)) {
    // As Go's JSON decoder has it: any case will do for a name, and null is as good as absent.
    const name = key.toLowerCase();
    if ((name === 'account' || name === 'new_account') && value) credentials.asksForAccount = true;
    if (!Object.hasOwn(fields, name) || value === null) continue;
    if (typeof value !== 'string') return undefined;
    credentials[fields[name]] = value;
  }
  return credentials;
}

/** What the log and monitoring call a client that shows these. Never a secret. */
export function shownName({ nkey, user, token }: Credentials): string {
  if (nkey !== '') return nkey;
  if (user !== '') return user;
  return token === '' ? '' : '[REDACTED]';
}

/** Whom the log says was refused, in nats-server's words; '' when nothing was shown. */
export function refusedName({ nkey, user, token }: Credentials): string {
  if (nkey !== '') return `Nkey "${nkey}"`;
  if (user !== '') return `User "${user}"`;
  return token === '' ? '' : 'Token "[REDACTED]"';
}
