import { jwtAuthenticator, type NodeConnectionOptions } from '@nats-io/transport-node';
import { type ClaimsOf, encodeJwt, newClaims } from '@skein/jwt';
import { createSigningKey, type SigningKey } from '@skein/nkeys';

type Account = ClaimsOf<'account'>;
type User = ClaimsOf<'user'>;

const unlimited = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** An operator with its system account: all that a node trusts. */
export class Operator {
  readonly key = createSigningKey('operator');
  readonly system = createSigningKey('account');

  get jwt(): string {
    const claims = newClaims('operator', this.key.publicKey);
    claims.name = 'O';
    claims.nats.system_account = this.system.publicKey;
    return encodeJwt(claims, this.key, nowSeconds());
  }

  account(key: SigningKey, change: (claims: Account) => void = () => {}, issuedAt = nowSeconds()): string {
    const claims = newClaims('account', key.publicKey);
    claims.name = 'A';
    Object.assign(claims.nats.limits, unlimited);
    change(claims);
    return encodeJwt(claims, this.key, issuedAt);
  }

  /** What nats-server's configuration of operator mode says, with the accounts in it. */
  configuration(resolver: string, preload: readonly string[] = []): string {
    const systemJwt = this.account(this.system, (claims) => {
      claims.name = 'SYS';
    });
    const entries = [systemJwt, ...preload].map((token) => `${subjectOf(token)}: ${token}`);
    return `operator: ${this.jwt}\nresolver: ${resolver}\nresolver_preload: {\n${entries.join('\n')}\n}`;
  }

  /** A signed request that accounts be deleted. */
  deletion(accounts: readonly string[]): string {
    const claims = newClaims('generic', this.key.publicKey);
    claims.nats = { accounts };
    return encodeJwt(claims, this.key, nowSeconds());
  }
}

/** Credentials of a new user, as a client takes them. */
export function userOf(
  account: SigningKey,
  change: (claims: User) => void = () => {},
  key = createSigningKey('user'),
  issuedAt = nowSeconds(),
): NodeConnectionOptions & { publicKey: string } {
  const claims = newClaims('user', key.publicKey);
  Object.assign(claims.nats, { subs: -1, data: -1, payload: -1 });
  change(claims);
  const token = encodeJwt(claims, account, issuedAt);
  return { authenticator: jwtAuthenticator(token, new TextEncoder().encode(key.seed)), publicKey: key.publicKey };
}

function subjectOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString()).sub;
}
