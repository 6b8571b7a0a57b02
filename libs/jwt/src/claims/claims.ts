import type { KeyKind } from '@skein/nkeys';
import type { Shape } from '../shape.ts';
import { type AccountClaims, accountBody } from './account.ts';
import { type ActivationClaims, activationBody } from './activation.ts';
import {
  type AuthorizationRequestClaims,
  type AuthorizationResponseClaims,
  authorizationRequestBody,
  authorizationResponseBody,
} from './authorization.ts';
import { type GenericClaims, genericBody } from './generic.ts';
import { type OperatorClaims, operatorBody } from './operator.ts';
import { type UserClaims, userBody } from './user.ts';

export type Claims =
  | OperatorClaims
  | AccountClaims
  | UserClaims
  | ActivationClaims
  | AuthorizationRequestClaims
  | AuthorizationResponseClaims
  | GenericClaims;

export type ClaimsKind = Claims['kind'];
export type ClaimsOf<K extends ClaimsKind> = Extract<Claims, { kind: K }>;

/** What `nats` holds for each kind, and whose keys may sign it. */
export const kinds: { [K in ClaimsKind]: { body: Shape<ClaimsOf<K>['nats']>; issuers: KeyKind[] } } = {
  operator: { body: operatorBody, issuers: ['operator'] },
  account: { body: accountBody, issuers: ['account', 'operator'] },
  user: { body: userBody, issuers: ['account'] },
  activation: { body: activationBody, issuers: ['account', 'operator'] },
  authorization_request: { body: authorizationRequestBody, issuers: ['server'] },
  authorization_response: { body: authorizationResponseBody, issuers: ['account'] },
  generic: { body: genericBody, issuers: ['operator', 'account', 'user', 'server', 'cluster'] },
};

export const isKind = (kind: string): kind is ClaimsKind => Object.hasOwn(kinds, kind);
