import {
  type AccountClaims,
  decodeJwtAs,
  isVersionAsserted,
  JwtError,
  type OperatorClaims,
  operatorSigned,
  type UserClaims,
  validate,
} from '@skein/jwt';
import { isPublicKey } from '@skein/nkeys';
import type { TrustOptions } from './options.ts';

/** The configuration can't be used; the message is nats-server's. */
export class TrustError extends Error {
  override readonly name = 'TrustError';
}

/** Who is trusted, ready to be asked. Never changes. */
export class Trust {
  readonly operators: readonly OperatorClaims[];
  readonly keys: ReadonlySet<string>;
  readonly pinnedAccounts: ReadonlySet<string>;
  readonly defaultSentinel: string | undefined;
  /** Public key; undefined: none is named. */
  readonly systemAccount: string | undefined;
  /** Of one operator at least: users have to be signed by signing keys. */
  readonly strict: boolean;

  /**
   * @param systemAccount as the configuration names it
   * @throws TrustError
   */
  constructor(options: TrustOptions, systemAccount?: string) {
    this.operators = options.operators.map(readOperator);
    this.keys = new Set(options.keys);
    if (this.operators.length > 0 && this.keys.size > 0) {
      throw new TrustError("conflicting options for 'TrustedKeys' and 'TrustedOperators'");
    }
    for (const key of options.pinnedAccounts) {
      if (!isPublicKey(key, 'account')) {
        throw new TrustError(`pinned account key ${JSON.stringify(key)} is not a valid public account nkey`);
      }
    }
    this.pinnedAccounts = new Set(options.pinnedAccounts);
    this.systemAccount = systemAccountOf(this.operators, systemAccount);
    this.strict = this.operators.some(({ nats }) => nats.strict_signing_key_usage);
    this.defaultSentinel = options.defaultSentinel;
    if (options.defaultSentinel !== undefined) checkSentinel(options.defaultSentinel);
  }

  /** Who has signed an account, if that is somebody trusted. */
  signed(account: AccountClaims): boolean {
    return this.keys.has(account.iss) || this.operators.some((operator) => operatorSigned(operator, account));
  }

  isOperatorKey(key: string): boolean {
    return this.keys.has(key) || this.operators.some(({ sub, nats }) => sub === key || nats.signing_keys.includes(key));
  }

  isPinned(account: string): boolean {
    return this.pinnedAccounts.size === 0 || this.pinnedAccounts.has(account) || account === this.systemAccount;
  }

  /** @throws TrustError when an operator asks for a newer server than `version` */
  checkVersion(version: string): void {
    for (const { sub, nats } of this.operators) {
      const asserted = nats.assert_server_version;
      if (asserted === '') continue;
      const parts = asserted.split('.');
      if (parts.length !== 3 || !parts.every((part) => /^\d+$/.test(part))) {
        throw new TrustError(
          `operator ${sub} expects version ${asserted} got error instead: asserted server version must be of the form <major>.<minor>.<update>`,
        );
      }
      if (isVersionAsserted(version, asserted)) continue;
      const have = version.split('.');
      const at = parts.findIndex((part, i) => Number(part) !== Number(have[i]));
      const what = ['major', 'minor', 'update'][at];
      throw new TrustError(
        `operator ${sub} expected ${what} version ${parts[at]} > server ${what} version ${have[at]}`,
      );
    }
  }
}

function readOperator(token: string): OperatorClaims {
  try {
    return decodeJwtAs('operator', token);
  } catch (error) {
    if (error instanceof JwtError) throw new TrustError(`error parsing operator JWT: ${error.message}`);
    throw error;
  }
}

function systemAccountOf(operators: readonly OperatorClaims[], configured: string | undefined): string | undefined {
  const named = operators.map(({ nats }) => nats.system_account).find((account) => account !== '');
  if (named !== undefined && configured !== undefined && named !== configured) {
    throw new TrustError('system_account in config and operator JWT must be identical');
  }
  return configured ?? named;
}

function checkSentinel(token: string): void {
  let user: UserClaims;
  try {
    user = decodeJwtAs('user', token);
  } catch (error) {
    if (error instanceof JwtError) throw new TrustError('default sentinel JWT not valid');
    throw error;
  }
  if (!user.nats.bearer_token) throw new TrustError('default sentinel must be a bearer token');
}

/** An account's JWT, or why it can't be used: for the log. */
export type AccountReading = { account: AccountClaims } | { reason: string };

/** Reads an account's token as something to rely on now: whole, valid, about `key`, and signed by somebody trusted. */
export function readAccount(token: string, key: string, trust: Trust, nowSeconds: number): AccountReading {
  let account: AccountClaims;
  try {
    account = decodeJwtAs('account', token);
  } catch (error) {
    if (error instanceof JwtError) return { reason: error.message };
    throw error;
  }
  if (account.sub !== key || !trust.signed(account) || validate(account, nowSeconds).length > 0) {
    return { reason: 'account validation failed' };
  }
  return { account };
}
