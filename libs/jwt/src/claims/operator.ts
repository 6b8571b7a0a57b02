import { flag, list, type Of, record, text } from '../shape.ts';
import { type ClaimsData, genericFields } from './common.ts';

export const operatorBody = record({
  signing_keys: list(text),
  account_server_url: text,
  operator_service_urls: list(text),
  system_account: text,
  assert_server_version: text,
  /** Accounts have to be signed by a signing key, users likewise. */
  strict_signing_key_usage: flag,
  ...genericFields,
});

export interface OperatorClaims extends ClaimsData {
  kind: 'operator';
  nats: Of<typeof operatorBody>;
}
