import type { Member, Watch } from '@skein/bus';
import type { Directory } from './hosting.ts';

/** Where audits go. */
export const AUDIT_SUBJECT = '$JS.EVENT.ADVISORY.API';

/** Whether anybody hears of requests: an audit has all of a request and its answer, which nobody shall pay for who does not want it. */
export class AuditInterest {
  readonly #member: Pick<Member, 'watch'>;
  readonly #directory: Pick<Directory, 'account'>;
  readonly #watches = new Map<string, Watch>();

  constructor(member: Pick<Member, 'watch'>, directory: Pick<Directory, 'account'>) {
    this.#member = member;
    this.#directory = directory;
  }

  /** Subscribers of the account, or a stream of it. Accounts are looked at from their first request on. */
  isIn(account: string): boolean {
    let watch = this.#watches.get(account);
    if (watch === undefined) {
      watch = this.#member.watch(account, AUDIT_SUBJECT, '', () => {});
      this.#watches.set(account, watch);
    }
    if (!watch.known || watch.isWanted) return true;
    return this.#directory.account(account)?.streamOf(AUDIT_SUBJECT) !== undefined;
  }
}
