import type { AuthRequest } from '@skein/bus';
import { type AuthorizationRequestClaims, newClaims } from '@skein/jwt';
import { type Credentials, shownName } from '../credentials.ts';

const audience = 'nats-authorization-request';

/** The node, as a service is told of it. */
export interface Asker {
  name: string;
  host: string;
  /** Its public key. */
  id: string;
  version: string;
  tags: string[];
  /** What an answer may be sealed for; '' when nothing is sealed. */
  xkey: string;
}

export interface Question {
  request: AuthRequest;
  credentials: Credentials;
  /** Public key of the account that the answer is to be signed by. */
  issuer: string;
  /** Public key made for this question: the answer's user has to be of it. */
  userKey: string;
  /** Of the user token that it has shown, in operator mode. */
  nameTag: string;
  /** When the answer is of no use any more. */
  expiresSeconds: number;
}

/** What a service is asked (ADR-26), as nats-server asks it. */
export function questionClaims(question: Question, asker: Asker): AuthorizationRequestClaims {
  const { request, credentials, issuer, userKey, nameTag, expiresSeconds } = question;
  const { tlsVersion, tlsCipher, certificates } = request;
  const connect = JSON.parse(request.connectJson || '{}') as Record<string, unknown>;
  const text = (key: string): string => (typeof connect[key] === 'string' ? connect[key] : '');
  const claims = newClaims('authorization_request', issuer);
  claims.aud = audience;
  claims.exp = expiresSeconds;
  const { nats } = claims;
  Object.assign(nats.server_id, asker);
  nats.user_nkey = userKey;
  Object.assign(nats.client_info, {
    host: request.host,
    id: request.connection,
    user: shownName(credentials),
    name: text('name'),
    name_tag: nameTag,
    kind: 'Client',
    type: request.kind === 'WEBSOCKET' ? 'websocket' : 'nats',
    // Where nobody could have signed it, it tells nothing.
    nonce: credentials.signature === '' ? '' : request.nonce,
  });
  const { jwt, nkey, signature: sig, token, user, pass } = credentials;
  const { protocol } = connect;
  Object.assign(nats.connect_opts, {
    ...{ jwt, nkey, sig, auth_token: token, user, pass },
    ...{ name: text('name'), lang: text('lang'), version: text('version') },
    protocol: typeof protocol === 'number' ? protocol : 0,
  });
  if (request.tls) {
    nats.client_tls = {
      version: tlsVersion ?? '',
      cipher: tlsCipher ?? '',
      certs: [],
      verified_chains: certificates?.length ? [certificates] : [],
    };
  }
  return claims;
}
