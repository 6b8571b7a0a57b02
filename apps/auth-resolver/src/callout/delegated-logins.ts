import type { AuthRequest, Link } from '@skein/bus';
import type { CalloutOptions } from '@skein/config';
import { type Admitted, isRefused, type Refused, rightsOnBus } from '@skein/trust';
import type { Authenticator, Recheck, Verdict } from '../authenticator.ts';
import { type Credentials, readCredentials, refusedName } from '../credentials.ts';
import type { Decision } from '../decision.ts';
import type { Delegation } from './delegation.ts';

export interface DelegatedLoginsOptions {
  callout: CalloutOptions;
  /** Knows the users of the configuration. */
  authenticator: Authenticator;
  delegation: Delegation;
}

/** Logins where the configuration has `auth_callout`: its own users are known here, about all others a service is asked. */
export class DelegatedLogins {
  readonly #options: DelegatedLoginsOptions;

  constructor(options: DelegatedLoginsOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async check(request: AuthRequest, link: Link | undefined): Promise<Decision> {
    const { authenticator, delegation, callout } = this.#options;
    const credentials = readCredentials(request.connectJson);
    if (credentials === undefined || credentials.asksForAccount) return authenticator.check(request);
    const verdict = await authenticator.judge(request, 'login');
    if (this.#isOurs(verdict)) return authenticator.respond(verdict);
    const reason = refusedName(credentials);
    // Who has such a name has to prove it: no service could let in somebody else as that user.
    const claimed = credentials.nkey || credentials.user;
    if (callout.authUsers.includes(claimed))
      return this.#refusal({ detail: 'not an auth user', cause: 'proof' }, reason);
    try {
      const filled = this.#withNoAuthUser(request, credentials);
      const judged = await delegation.login(request, filled, link);
      if (isRefused(judged)) return this.#refusal(judged, reason);
      authenticator.figures.allowed++;
      return { allowed: true, ...rightsOnBus(judged, judged.name) };
    } catch (error) {
      return this.#refusal({ detail: (error as Error).message, cause: 'unanswered' }, reason);
    }
  }

  /** For a live connection. */
  async recheck(request: AuthRequest): Promise<Recheck> {
    const { authenticator, delegation } = this.#options;
    if (!request.grant) {
      const verdict = await authenticator.judge(request, 'live');
      if (verdict.kind !== 'allowed' || this.#isOurs(verdict)) return authenticator.recheck(request);
      return { outcome: 'gone', reason: 'a service decides about it now' };
    }
    const judged: Admitted | Refused = delegation.recheck(request, request.grant);
    if (!isRefused(judged)) return { outcome: 'stays', ...rightsOnBus(judged, judged.name) };
    return { outcome: judged.cause === 'expired' ? 'expired' : 'gone', reason: judged.detail };
  }

  /** It is for the configuration to say, and has been said. */
  #isOurs(verdict: Verdict): boolean {
    const { authUsers, allowedAccounts } = this.#options.callout;
    if (verdict.kind === 'unchecked') return true;
    if (verdict.kind === 'refused' || verdict.proven === undefined) return false;
    if (authUsers.includes(verdict.proven)) return true;
    return allowedAccounts.length > 0 && !allowedAccounts.includes(verdict.account);
  }

  /** Whoever shows nothing is asked about as the user that such have (nats-server 2.15). */
  #withNoAuthUser(request: AuthRequest, credentials: Credentials): Credentials {
    const { user, pass, token } = credentials;
    if (user !== '' || pass !== '' || token !== '') return credentials;
    const nobody = this.#options.authenticator.noAuthUser(request);
    return nobody === undefined ? credentials : { ...credentials, ...nobody };
  }

  #refusal({ cause: why, detail }: Refused, reason: string): Decision {
    const cause = why === 'unanswered' ? 'unanswered' : 'callout';
    this.#options.authenticator.figures.refused[cause]++;
    return { allowed: false, error: '', reason, detail, cause };
  }
}
