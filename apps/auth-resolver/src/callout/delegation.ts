import { GLOBAL_ACCOUNT } from '@skein/accounts';
import type { AuthRequest, Link } from '@skein/bus';
import type { CalloutOptions } from '@skein/config';
import { newClaims } from '@skein/jwt';
import {
  type Admitted,
  checkUser,
  isRefused,
  judgeUser,
  type KnownUser,
  noTrust,
  type Refused,
  readUser,
  Trust,
} from '@skein/trust';
import type { Credentials } from '../credentials.ts';
import type { Ask } from './service.ts';

export interface DelegationOptions {
  callout: CalloutOptions;
  /** Of the configuration. */
  accounts: ReadonlySet<string>;
  ask: Ask;
  wallMs(): number;
}

/** `auth_callout` in the configuration: a service's token says who somebody is, and in which account. */
export class Delegation {
  readonly #options: DelegationOptions;
  readonly #issuer;
  readonly #trust = new Trust(noTrust());

  constructor(options: DelegationOptions) {
    this.#options = options;
    this.#issuer = newClaims('account', options.callout.issuer);
  }

  async login(request: AuthRequest, credentials: Credentials, link: Link | undefined): Promise<Admitted | Refused> {
    const { callout, ask } = this.#options;
    const { account, issuer, xkey = '' } = callout;
    const place = { account, issuer, xkey, maySign: () => false };
    const granted = await ask({ request, credentials, nameTag: '' }, place, link);
    return isRefused(granted) ? granted : this.#judge(granted.user, granted.token, request);
  }

  /** About who was let in before: by the token of then, without asking anew. */
  recheck(request: AuthRequest, grant: string): Admitted | Refused {
    const user = readUser(grant);
    return isRefused(user) ? user : this.#judge(user, grant, request);
  }

  #judge(user: KnownUser, grant: string, { host, kind }: AuthRequest): Admitted | Refused {
    const { callout, accounts, wallMs } = this.#options;
    const { iss, aud } = user.claims;
    const where = `for auth callout response on account ${JSON.stringify(callout.account)}`;
    if (iss !== callout.issuer) {
      const detail = `Wrong issuer ${where}, expected ${JSON.stringify(callout.issuer)} got ${JSON.stringify(iss)}`;
      return { detail, cause: 'issuer' };
    }
    if (!accounts.has(aud) && aud !== GLOBAL_ACCOUNT) {
      return { detail: `No valid account ${JSON.stringify(aud)} ${where}: account missing`, cause: 'issuer' };
    }
    const untimely = checkUser(user, wallMs());
    if (untimely !== undefined) return untimely;
    const verdict = judgeUser(user, this.#issuer, this.#trust, { host, kind }, wallMs());
    if (isRefused(verdict)) return verdict;
    // The token's own limits are not for accounts of the configuration (nats-server 2.15).
    return { ...verdict, account: aud, subscriptionsMax: -1, payloadBytesMax: -1, grant };
  }
}
