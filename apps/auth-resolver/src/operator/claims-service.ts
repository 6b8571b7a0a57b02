import { decodeJwt, decodeJwtAs, JwtError, validate } from '@skein/jwt';
import { isPublicKey } from '@skein/nkeys';
import type { Trust } from '@skein/trust';
import type { OperatorMode } from './operator-mode.ts';
import { type AccountStore, type ListingStore, StoreError } from './stores/account-store.ts';

/** One that asks for more than this asks for nothing: a token is at most a megabyte. */
export const BODY_BYTES_MAX = 1024 * 1024 + 1024;

export interface ClaimsServiceOptions {
  mode: Pick<OperatorMode, 'update' | 'remove'>;
  store: AccountStore;
  kind: 'memory' | 'url' | 'full' | 'cache';
  /** Absent: the store has no list of its own. */
  listing?: ListingStore;
  allowDelete: boolean;
  trust(): Trust;
  systemAccount: string | undefined;
  nowSeconds(): number;
  log: { debug(text: string): void; error(text: string): void };
}

/** JSON with the server's own words around it, or several bare texts one after the other. */
export type ClaimsAnswer = { enveloped: object } | { texts: string[] };

const updated = 'jwt updated';

/** What the system account may do with accounts' tokens: `$SYS.REQ.CLAIMS.*` and the older names. */
export class ClaimsService {
  readonly #options: ClaimsServiceOptions;

  constructor(options: ClaimsServiceOptions) {
    this.#options = options;
  }

  /** What there is to be asked: a store that only keeps what it is told knows of updates alone (nats-server 2.15). */
  patterns(): string[] {
    const { kind } = this.#options;
    const always = ['$SYS.REQ.ACCOUNT.*.CLAIMS.UPDATE', '$SYS.ACCOUNT.*.CLAIMS.UPDATE'];
    const directory = ['$SYS.REQ.CLAIMS.UPDATE', '$SYS.REQ.CLAIMS.LIST', '$SYS.REQ.CLAIMS.DELETE'];
    switch (kind) {
      case 'full':
        return [...always, ...directory, '$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP', '$SYS.REQ.CLAIMS.PACK'];
      case 'cache':
        return [...always, ...directory];
      default:
        return always;
    }
  }

  /** Undefined: nothing is said. Never rejects for what was sent. */
  async answer(subject: string, body: Buffer): Promise<ClaimsAnswer | undefined> {
    const named = /^\$SYS\.(?:REQ\.)?ACCOUNT\.([^.]+)\.CLAIMS\.(UPDATE|LOOKUP)$/.exec(subject);
    if (named !== null) return named[2] === 'UPDATE' ? this.#update(body, named[1]) : this.#lookup(named[1]);
    switch (subject) {
      case '$SYS.REQ.CLAIMS.UPDATE':
        return this.#update(body);
      case '$SYS.REQ.CLAIMS.LIST':
        return this.#list();
      case '$SYS.REQ.CLAIMS.DELETE':
        return this.#delete(body);
      case '$SYS.REQ.CLAIMS.PACK':
        return this.#pack();
    }
    return undefined;
  }

  /** @param named the account that the subject names */
  async #update(body: Buffer, named?: string): Promise<ClaimsAnswer> {
    const { mode, kind, log } = this.#options;
    const failed = (account: string, why: string): ClaimsAnswer => {
      log.error(`jwt update resulted in error - ${account} - ${why}`);
      return error({ account, code: 500, description: `jwt update resulted in error - ${why}` });
    };
    const token = body.subarray(0, BODY_BYTES_MAX).toString().trim();
    let account: string;
    try {
      const claims = decodeJwtAs('account', token);
      account = claims.sub;
      if (named !== undefined && named !== account) return failed(named, 'subject does not match jwt content');
      const faults = validate(claims, this.#options.nowSeconds()).filter((issue) => issue.kind === 'blocking');
      if (faults.length > 0) {
        const description = `validation errors: [${faults.map(({ text }) => text).join(', ')}]`;
        log.error(`jwt validation failed - ${account} - ${description}`);
        return error({ account, code: 500, description: `jwt validation failed - ${description}` });
      }
    } catch (fault) {
      if (fault instanceof JwtError) return failed(named ?? 'n/a', fault.message);
      throw fault;
    }
    try {
      const isDone = await mode.update(account, token, kind === 'full');
      const message = isDone ? updated : kind === 'cache' ? 'jwt update cache skipped' : 'jwt update skipped';
      log.debug(`${message} - ${account}`);
      return { enveloped: { data: { account, code: 200, message } } };
    } catch (fault) {
      if (fault instanceof StoreError) return failed(account, fault.message);
      throw fault;
    }
  }

  async #lookup(account: string): Promise<ClaimsAnswer | undefined> {
    if (!isPublicKey(account, 'account')) return undefined;
    const token = await this.#options.store.lookup(account).catch(() => undefined);
    return { texts: [token ?? ''] };
  }

  #list(): ClaimsAnswer {
    const accounts = this.#options.listing?.list() ?? [];
    this.#options.log.debug(`list request responded with ${accounts.length} account ids`);
    return { enveloped: { data: accounts } };
  }

  async #delete(body: Buffer): Promise<ClaimsAnswer> {
    const { mode, listing, log } = this.#options;
    const request = this.#readDelete(body.subarray(0, BODY_BYTES_MAX).toString().trim());
    if ('why' in request || listing === undefined) {
      const { issuer, why } = request as { issuer: string; why: string };
      const description = `delete accounts request by ${issuer} failed - ${why}`;
      log.error(description);
      return error({ code: 500, description });
    }
    await mode.remove(request.accounts, (account) => listing.remove(account));
    const message = `deleted ${request.accounts.length} accounts`;
    log.debug(message);
    return { enveloped: { data: { code: 200, message } } };
  }

  #readDelete(token: string): { accounts: string[] } | { issuer: string; why: string } {
    const { allowDelete, trust, systemAccount, nowSeconds } = this.#options;
    let issuer = '';
    try {
      const claims = decodeJwt(token);
      issuer = claims.sub;
      if (!allowDelete) return { issuer, why: 'delete must be enabled in server config' };
      if (claims.sub !== claims.iss) return { issuer, why: 'not self signed' };
      if (!trust().isOperatorKey(claims.iss)) return { issuer, why: 'not trusted' };
      // nats-server does not look: whoever has seen such a request could make it again for ever.
      const untimely = validate(claims, nowSeconds()).find(
        ({ kind }) => kind === 'expired' || kind === 'not_yet_valid',
      );
      if (untimely !== undefined) return { issuer, why: untimely.text };
      const accounts = claims.kind === 'generic' ? claims.nats.accounts : undefined;
      if (!Array.isArray(accounts) || !accounts.every((one) => isPublicKey(String(one), 'account'))) {
        return { issuer, why: 'malformed request' };
      }
      if (accounts.includes(systemAccount)) return { issuer, why: 'not allowed to delete system account' };
      return { accounts: accounts.map(String) };
    } catch (fault) {
      if (fault instanceof JwtError) return { issuer, why: fault.message };
      throw fault;
    }
  }

  /** `id|token` for each, and an empty one: what another server takes over that lacks some. */
  async #pack(): Promise<ClaimsAnswer> {
    const { listing, store } = this.#options;
    const texts: string[] = [];
    for (const account of listing?.list() ?? []) {
      const token = await store.lookup(account).catch(() => undefined);
      if (token !== undefined) texts.push(`${account}|${token}`);
    }
    return { texts: [...texts, ''] };
  }
}

const error = (fault: object): ClaimsAnswer => ({ enveloped: { error: fault } });
