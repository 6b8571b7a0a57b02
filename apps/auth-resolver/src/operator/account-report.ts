import { claimsJson } from '@skein/jwt';
import type { AccountBook } from './account-book.ts';

/** What a page says of an account beside its definition, in nats-server's fields. */
export interface AccountReport {
  jwt: string;
  issuer_key: string;
  name_tag: string;
  tags: string[];
  decoded_jwt: object;
  /** By user's key, since when. */
  revoked_user: Record<string, string>;
}

/** Of an account that is in use; null: of no such. */
export function accountReport(book: AccountBook, account: string): object | null {
  const known = book.known(account);
  if (known === undefined) return null;
  const { token, claims, definition } = known;
  const revoked = [...claims.nats.revocations].map(([key, seconds]) => [key, isoSeconds(seconds)]);
  const report: AccountReport = {
    jwt: token,
    issuer_key: claims.iss,
    name_tag: claims.name,
    tags: claims.nats.tags,
    decoded_jwt: claimsJson(claims),
    revoked_user: Object.fromEntries(revoked),
  };
  return { definition, report };
}

const isoSeconds = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000', '');
