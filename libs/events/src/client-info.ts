import { readUserToken } from './user-token.ts';

/** What is known of one client connection. */
export interface ClientFacts {
  cid: number;
  host: string;
  startUnixMs: number;
  account: string;
  /** What people call the account. */
  accountTag: string;
  /** As monitoring shows it; '' is none, as for the rest. */
  user: string;
  name: string;
  lang: string;
  version: string;
  rttMs: number;
  type: 'nats' | 'websocket';
  stopUnixMs?: number;
  /** That it came in with. */
  token?: string;
}

const NANOS_PER_MS = 1e6;
/** A public nkey of a user. */
const USER_KEY = /^U[A-Z2-7]{55}$/;

/** `client` of connection events, in nats-server's fields and order; empty texts are left out. */
export function clientInfo(facts: ClientFacts) {
  const { user, name, lang, version, rttMs, stopUnixMs, token } = facts;
  const read = token === undefined ? undefined : readUserToken(token);
  // Of those who come with a key alone, the account is who vouches for them.
  const issuer = read?.issuer ?? (USER_KEY.test(user) ? facts.account : undefined);
  return {
    start: new Date(facts.startUnixMs).toISOString(),
    host: facts.host,
    id: facts.cid,
    acc: facts.account,
    ...(user !== '' && { user }),
    ...(name !== '' && { name }),
    ...(lang !== '' && { lang }),
    ...(version !== '' && { ver: version }),
    ...(rttMs > 0 && { rtt: Math.round(rttMs * NANOS_PER_MS) }),
    ...(stopUnixMs !== undefined && { stop: new Date(stopUnixMs).toISOString() }),
    ...(read !== undefined && { jwt: token }),
    ...(issuer !== undefined && { issuer_key: issuer }),
    name_tag: facts.accountTag,
    ...(read !== undefined && read.tags.length > 0 && { tags: read.tags }),
    kind: 'Client',
    client_type: facts.type,
  };
}
