import { type ClaimsOf, encodeJwt, newClaims } from '@skein/jwt';
import { createSigningKey, type SigningKey } from '@skein/nkeys';

type Change<K extends 'account' | 'user' | 'operator'> = (claims: ClaimsOf<K>) => void;

const unlimited = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** An operator with its system account: all that a node in operator mode trusts. Tokens are issued now unless said otherwise. */
export class TestOperator {
  readonly key = createSigningKey('operator');
  readonly system = createSigningKey('account');

  jwt(change: Change<'operator'> = () => {}): string {
    const claims = newClaims('operator', this.key.publicKey);
    claims.name = 'O';
    claims.nats.system_account = this.system.publicKey;
    change(claims);
    return encodeJwt(claims, this.key, nowSeconds());
  }

  account(key: SigningKey, change: Change<'account'> = () => {}, issuedAt = nowSeconds(), signer = this.key): string {
    const claims = newClaims('account', key.publicKey);
    claims.name = 'A';
    Object.assign(claims.nats.limits, unlimited);
    change(claims);
    return encodeJwt(claims, signer, issuedAt);
  }

  /** nats-server's configuration of operator mode, with the system account and those accounts in it. */
  configuration(resolver: string, preload: readonly string[] = []): string {
    const entries = [this.account(this.system), ...preload].map((token) => `${subjectOf(token)}: ${token}`);
    return `operator: ${this.jwt()}\nresolver: ${resolver}\nresolver_preload: {\n${entries.join('\n')}\n}`;
  }

  /** A signed request that accounts be deleted. */
  deletion(accounts: unknown, signer: SigningKey = this.key, times: { exp?: number; nbf?: number } = {}): string {
    const claims = Object.assign(newClaims('generic', signer.publicKey), times);
    claims.nats = { accounts };
    return encodeJwt(claims, signer, nowSeconds());
  }
}

/** A user of an account: what its client shows, and signs nonces with. */
export interface TestUser {
  readonly key: SigningKey;
  readonly jwt: string;
}

export function userOf(
  account: SigningKey,
  change: Change<'user'> = () => {},
  issuedAt = nowSeconds(),
  key: SigningKey = createSigningKey('user'),
): TestUser {
  const claims = newClaims('user', key.publicKey);
  Object.assign(claims.nats, { subs: -1, data: -1, payload: -1 });
  change(claims);
  return { key, jwt: encodeJwt(claims, account, issuedAt) };
}

function subjectOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString()).sub;
}
