import type { RevocationList } from './claims/account.ts';

const everybody = '*';

/** Whether what `publicKey` got at `issuedAt` (seconds since 1970) is revoked: by its own entry, or by that for all. */
export function isRevoked(revocations: RevocationList, publicKey: string, issuedAt: number): boolean {
  return (
    (revocations.get(everybody) ?? Number.NEGATIVE_INFINITY) >= issuedAt ||
    (revocations.get(publicKey) ?? Number.NEGATIVE_INFINITY) >= issuedAt
  );
}
