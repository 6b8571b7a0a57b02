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
}

const NANOS_PER_MS = 1e6;
/** A public nkey of a user. */
const USER_KEY = /^U[A-Z2-7]{55}$/;

/** `client` of connection events, in nats-server's fields and order; empty texts are left out. */
export function clientInfo(facts: ClientFacts) {
  const { user, name, lang, version, rttMs, stopUnixMs } = facts;
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
    // Of those who come with a key the account is who vouches for them.
    ...(USER_KEY.test(user) && { issuer_key: facts.account }),
    name_tag: facts.accountTag,
    kind: 'Client',
    client_type: facts.type,
  };
}
