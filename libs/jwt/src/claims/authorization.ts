import { always, integer, list, type Of, optional, record, text } from '../shape.ts';
import { type ClaimsData, genericFields } from './common.ts';

// ADR-26: what a server asks an authorization service, and what that answers.

const serverId = record({
  name: always(text),
  host: always(text),
  id: always(text),
  version: text,
  cluster: text,
  tags: list(text),
  xkey: text,
});

const clientInfo = record({
  host: text,
  id: integer,
  user: text,
  name: text,
  tags: list(text),
  name_tag: text,
  kind: text,
  type: text,
  mqtt_id: text,
  nonce: text,
});

const connectOptions = record({
  jwt: text,
  nkey: text,
  sig: text,
  auth_token: text,
  user: text,
  pass: text,
  name: text,
  lang: text,
  version: text,
  protocol: always(integer),
});

const clientTls = record({ version: text, cipher: text, certs: list(text), verified_chains: list(list(text)) });

export const authorizationRequestBody = record({
  server_id: serverId,
  /** Made for this one request: the answer's user has to be of this key. */
  user_nkey: always(text),
  client_info: clientInfo,
  connect_opts: connectOptions,
  client_tls: optional(clientTls),
  request_nonce: text,
  ...genericFields,
});

export interface AuthorizationRequestClaims extends ClaimsData {
  kind: 'authorization_request';
  nats: Of<typeof authorizationRequestBody>;
}

export const authorizationResponseBody = record({
  /** The user, when it may connect. */
  jwt: text,
  /** Why not. */
  error: text,
  issuer_account: text,
  ...genericFields,
});

export interface AuthorizationResponseClaims extends ClaimsData {
  kind: 'authorization_response';
  nats: Of<typeof authorizationResponseBody>;
}
