import type { Member, Watch } from '@skein/bus';

/** Where audits go. */
export const AUDIT_SUBJECT = '$JS.EVENT.ADVISORY.API';

/** Whether anybody hears of requests: an audit has all of a request and its answer, which nobody shall pay for who does not want it. */
export class AuditInterest {
  readonly #member: Pick<Member, 'watch'>;
  readonly #isKept: (account: string) => boolean;
  readonly #watches = new Map<string, Watch>();

  /** @param isKept whether a stream of the account keeps them */
  constructor(member: Pick<Member, 'watch'>, isKept: (account: string) => boolean) {
    this.#member = member;
    this.#isKept = isKept;
  }

  /** Subscribers of the account, or a stream of it. Accounts are looked at from their first request on. */
  isIn(account: string): boolean {
    let watch = this.#watches.get(account);
    if (watch === undefined) {
      watch = this.#member.watch(account, AUDIT_SUBJECT, '', () => {});
      this.#watches.set(account, watch);
    }
    if (!watch.known || watch.isWanted) return true;
    return this.#isKept(account);
  }
}
