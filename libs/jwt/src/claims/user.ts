import { type Of, record, text } from '../shape.ts';
import { type ClaimsData, genericFields } from './common.ts';
import { userPermissionLimitFields } from './permissions.ts';

export const userBody = record({
  ...userPermissionLimitFields(0),
  /** Whose user it is, when a signing key has issued it. */
  issuer_account: text,
  ...genericFields,
});

export interface UserClaims extends ClaimsData {
  kind: 'user';
  nats: Of<typeof userBody>;
}
