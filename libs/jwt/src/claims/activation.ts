import { type Of, record, text } from '../shape.ts';
import { type ClaimsData, exportType, genericFields } from './common.ts';

export const activationBody = record({
  subject: text,
  kind: exportType,
  /** Whose export it is, when a signing key has issued it. */
  issuer_account: text,
  ...genericFields,
});

export interface ActivationClaims extends ClaimsData {
  kind: 'activation';
  nats: Of<typeof activationBody>;
}
