import type { AccountClaims } from './claims/account.ts';
import type { ActivationClaims } from './claims/activation.ts';
import type { Claims } from './claims/claims.ts';
import type { OperatorClaims } from './claims/operator.ts';
import type { UserClaims } from './claims/user.ts';

/** Whether the operator, or a signing key of its, has signed these. */
export function operatorSigned(operator: OperatorClaims, claims: Claims): boolean {
  if (claims.iss === operator.sub) return !operator.nats.strict_signing_key_usage || claims.sub === operator.sub;
  return operator.nats.signing_keys.includes(claims.iss);
}

/** Whose user or activation that is: of its issuer, or of the account for which a signing key has issued it. */
export function issuerAccount({ iss, nats }: UserClaims | ActivationClaims): string {
  return nats.issuer_account === '' ? iss : nats.issuer_account;
}

/** Whether the account, or a signing key of its, has signed these. */
export function accountSigned(account: AccountClaims, claims: UserClaims | ActivationClaims): boolean {
  if (claims.iss === account.sub) return true;
  return claims.nats.issuer_account === account.sub && account.nats.signing_keys.has(claims.iss);
}
