import type { AccountTokens } from '@skein/accounts';
import type { AuthRequest, AuthResponse } from '@skein/bus';
import type { AccountReading, Trust, TrustOptions } from '@skein/trust';

/** A token is a kilobyte or a few. */
const TOKENS_A_PAGE = 100;

/**
 * Lets users in while the auth-resolver is away (operator mode): those of accounts that this gateway has been told of, judged by
 * the same rules. Whoever was revoked is known here before that is acknowledged. It never refuses: what it can't affirm waits
 * for the auth-resolver.
 */
export class StandIn {
  #options: TrustOptions | undefined;
  #systemAccount: string | undefined;
  #trust: Trust | undefined;
  /** By account. */
  readonly #tokens = new Map<string, string>();

  configure(options: TrustOptions | undefined, systemAccount: string | undefined): void {
    this.#options = options;
    this.#systemAccount = systemAccount;
    this.#trust = undefined;
  }

  /** Nobody can be let in. */
  get knowsNobody(): boolean {
    return this.#tokens.size === 0;
  }

  learn(account: string, token: string): void {
    this.#tokens.set(account, token);
  }

  forget(account: string): void {
    this.#tokens.delete(account);
  }

  /** Some of what it has learned, by name; a new auth-resolver asks. */
  tokensAfter(name: string): AccountTokens {
    const names = [...this.#tokens.keys()].filter((one) => one > name).sort();
    const page = names.slice(0, TOKENS_A_PAGE);
    return {
      tokens: page.map((one) => [one, this.#tokens.get(one) as string]),
      more: names.length > page.length,
    };
  }

  /** Undefined: not for this gateway to say. */
  async admit(request: AuthRequest, nowMs: number): Promise<AuthResponse | undefined> {
    if (this.knowsNobody || this.#options === undefined) return undefined;
    // Loaded when it is needed, which is seldom.
    const { checkProof, checkUser, isDelegated, isRefused, judgeUser, readAccount, readUser, rightsOnBus, Trust } =
      await import('@skein/trust');
    this.#trust ??= new Trust(this.#options, this.#systemAccount);
    const trust = this.#trust;
    const {
      jwt = '',
      sig: signature = '',
      user: shown = '',
    } = JSON.parse(request.connectJson) as Record<string, string>;
    const user = readUser(jwt || (trust.defaultSentinel ?? ''));
    if (isRefused(user) || checkUser(user, nowMs) !== undefined) return undefined;
    const token = this.#tokens.get(user.account);
    if (token === undefined) return undefined;
    const reading: AccountReading = readAccount(token, user.account, trust, Math.floor(nowMs / 1000));
    if ('reason' in reading || isDelegated(user, reading.account)) return undefined;
    const presented = { ...request, signature };
    const verdict = judgeUser(user, reading.account, trust, presented, nowMs);
    if (isRefused(verdict) || checkProof(user, reading.account, presented) !== undefined) return undefined;
    return { allowed: true, ...rightsOnBus(verdict, shown) };
  }
}
