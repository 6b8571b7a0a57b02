import { decodeJwtAs, JwtError } from '@skein/jwt';
import { type AccountStore, StoreError } from './stores/account-store.ts';

export interface PackOptions {
  store: Pick<AccountStore, 'lookup'>;
  /** Keeps a token, and has every gateway live by it. Rejects with a StoreError. */
  update(account: string, token: string): Promise<unknown>;
  log: { warn(text: string): void };
}

/**
 * Takes over what another server answers to `$SYS.REQ.CLAIMS.PACK`, one message at a time: `account|token`, and an empty one
 * at the end. Of two tokens of an account the one issued later is kept (nats-server 2.15).
 *
 * @returns false: that was the end
 */
export async function takeOver(message: string, { store, update, log }: PackOptions): Promise<boolean> {
  if (message === '') return false;
  const [account, token] = message.split('|', 2);
  const issued = issuedAt(account, token ?? '');
  if (issued === undefined) {
    log.warn(`a pack has something that is no account: ${JSON.stringify(account.slice(0, 56))}`);
    return true;
  }
  try {
    const own = await store.lookup(account);
    if (own !== undefined && (issuedAt(account, own) ?? 0) >= issued) return true;
    await update(account, token);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.warn(`account ${account} of a pack is not kept: ${error.message}`);
  }
  return true;
}

function issuedAt(account: string, token: string): number | undefined {
  try {
    const { sub, iat } = decodeJwtAs('account', token);
    return sub === account ? iat : undefined;
  } catch (error) {
    if (error instanceof JwtError) return undefined;
    throw error;
  }
}
