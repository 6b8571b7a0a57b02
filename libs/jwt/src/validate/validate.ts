import { isPublicKey } from '@skein/nkeys';
import type { Claims } from '../claims/claims.ts';
import { checkAccount } from './account.ts';
import { checkActivation } from './activation.ts';
import { checkTimes } from './common.ts';
import { type Issue, Issues } from './issues.ts';
import { checkOperator } from './operator.ts';
import { checkUser } from './user.ts';

/** What is wrong with the content of claims, at a time in seconds since 1970; nothing when they can be used. */
export function validate(claims: Claims, nowSeconds: number): Issue[] {
  const issues = new Issues();
  checkTimes(claims, nowSeconds, issues);
  switch (claims.kind) {
    case 'operator':
      checkOperator(claims, issues);
      break;
    case 'account':
      checkAccount(claims, issues);
      break;
    case 'user':
      checkUser(claims, issues);
      break;
    case 'activation':
      checkActivation(claims, issues);
      break;
    case 'authorization_request':
      issues.check(isPublicKey(claims.nats.user_nkey, 'user'), 'User nkey is not a valid user public key');
      break;
    case 'authorization_response': {
      const { jwt, error, issuer_account } = claims.nats;
      issues.check(isPublicKey(claims.sub, 'user'), 'Subject must be a user public key');
      issues.check(isPublicKey(claims.aud, 'server'), 'Audience must be a server public key');
      issues.check((jwt === '') !== (error === ''), 'either Error or Jwt has to be set');
      issues.check(
        issuer_account === '' || isPublicKey(issuer_account, 'account'),
        'issuer_account is not an account public key',
      );
    }
  }
  return issues.all;
}
