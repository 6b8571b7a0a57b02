/** What a client says of itself in CONNECT, with the defaults that hold for one that never sends it. */
export interface ConnectOptions {
  verbose: boolean;
  pedantic: boolean;
  echo: boolean;
  headers: boolean;
  noResponders: boolean;
  protocol: number;
  name: string;
  lang: string;
  version: string;
  user: string;
  pass: string;
  authToken: string;
  jwt: string;
  nkey: string;
  sig: string;
  /** Accounts are chosen by who one is; naming one is refused. */
  account: string;
  newAccount: boolean;
}

/** A client that never sends CONNECT, or does not mention them in it, is verbose and pedantic. */
export const defaultConnectOptions = (): ConnectOptions => ({
  verbose: true,
  pedantic: true,
  echo: true,
  headers: false,
  noResponders: false,
  protocol: 0,
  name: '',
  lang: '',
  version: '',
  user: '',
  pass: '',
  authToken: '',
  jwt: '',
  nkey: '',
  sig: '',
  account: '',
  newAccount: false,
});

/**
 * Reads CONNECT's JSON over what an earlier CONNECT said: fields that it does not mention stay. Undefined when it is not
 * an object, or a field has the wrong type.
 */
export function parseConnectOptions(json: string, before: ConnectOptions): ConnectOptions | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof raw !== 'object' || Array.isArray(raw)) return undefined;
  const options = { ...before };
  if (raw === null) return options;
  for (const [key, value] of Object.entries(raw)) {
    // Names are matched whatever their case, and null means absent, as Go's JSON decoder does.
    const field = FIELDS.get(key.toLowerCase());
    if (field === undefined || value === null) continue;
    const [name, type] = field;
    if (typeof value !== type) return undefined;
    if (type === 'number' && !Number.isInteger(value)) return undefined;
    Object.assign(options, { [name]: value });
  }
  return options;
}

/** A map, not an object: `constructor` is no field. */
const FIELDS = new Map<string, readonly [keyof ConnectOptions, 'boolean' | 'number' | 'string']>([
  ['verbose', ['verbose', 'boolean']],
  ['pedantic', ['pedantic', 'boolean']],
  ['echo', ['echo', 'boolean']],
  ['headers', ['headers', 'boolean']],
  ['no_responders', ['noResponders', 'boolean']],
  ['protocol', ['protocol', 'number']],
  ['name', ['name', 'string']],
  ['lang', ['lang', 'string']],
  ['version', ['version', 'string']],
  ['user', ['user', 'string']],
  ['pass', ['pass', 'string']],
  ['auth_token', ['authToken', 'string']],
  ['jwt', ['jwt', 'string']],
  ['nkey', ['nkey', 'string']],
  ['sig', ['sig', 'string']],
  ['account', ['account', 'string']],
  ['new_account', ['newAccount', 'boolean']],
]);

/** The credentials among them, in CONNECT's own words: what the auth-resolver is asked with. */
export function credentialsJson(options: ConnectOptions): string {
  const { user, pass, authToken, jwt, nkey, sig, name, lang, version, protocol } = options;
  return JSON.stringify({ user, pass, auth_token: authToken, jwt, nkey, sig, name, lang, version, protocol });
}
