import { isPublicKey } from '@skein/nkeys';
import type { ActivationClaims } from '../claims/activation.ts';
import { checkSubject } from './common.ts';
import type { Issues } from './issues.ts';

export function checkActivation({ nats }: ActivationClaims, issues: Issues): void {
  issues.check(nats.kind !== '', 'invalid import type: "unknown"');
  checkSubject(nats.subject, issues);
  issues.check(
    nats.issuer_account === '' || isPublicKey(nats.issuer_account, 'account'),
    'account_id is not an account public key',
  );
}
