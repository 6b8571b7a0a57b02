import { type AuthorizationResponseClaims, decodeJwtAs, JwtError, validate } from '@skein/jwt';
import { isRefused, type Refused, readUser } from '@skein/trust';
import type { Granted } from './service.ts';

/** What the answer to a question has to fit. */
export interface Expected {
  /** Public key that was made for the question. */
  userKey: string;
  /** The node's. */
  serverId: string;
  /** Where the service listens, for the log. */
  account: string;
  /** Whether a key may sign answers. */
  maySign(key: string): boolean;
}

const refused = (detail: string): Refused => ({ detail, cause: 'callout' });

/** The user that a service lets somebody in as, its token checked but for what it may do; or why nobody is, in nats-server's words. */
export function readAnswer(text: string, expected: Expected, nowSeconds: number): Granted | Refused {
  const { userKey, serverId, account, maySign } = expected;
  if (text === '') return refused(`Auth callout violation: "no reason supplied" on account ${JSON.stringify(account)}`);
  let claims: AuthorizationResponseClaims;
  try {
    claims = decodeJwtAs('authorization_response', text);
  } catch (error) {
    if (error instanceof JwtError) return refused(`Auth callout answer: ${error.message}`);
    throw error;
  }
  const issues = validate(claims, nowSeconds);
  if (issues.length > 0) {
    return refused(`Authorization response had validation errors: ${issues.map((issue) => issue.text).join(' ')}`);
  }
  if (!maySign(claims.iss)) return refused('Auth callout signing key is unknown');
  if (claims.sub !== userKey) return refused('Auth callout violation: auth callout response is not for expected user');
  if (claims.aud !== serverId) return refused('Auth callout violation: auth callout response is not for server');
  const { error, jwt } = claims.nats;
  if (error !== '') return refused(`Auth callout service returned an error: ${error}`);
  const user = readUser(jwt);
  if (isRefused(user)) return refused('Error decoding user JWT of the auth callout service');
  if (user.claims.sub === userKey) return { user, token: jwt };
  const [wanted, got, where] = [userKey, user.claims.sub, account].map((one) => JSON.stringify(one));
  return refused(`Expected authorized user of ${wanted} but got ${got} on account ${where}`);
}
