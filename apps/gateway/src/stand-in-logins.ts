import type { AuthRequest, Member, Runtime } from '@skein/bus';

/** A login that this gateway allowed by itself, as the auth-resolver's audit wants to hear of it: without what was proven by. */
export interface StandInLogin {
  request: AuthRequest;
  account: string;
  user: string;
  unixMs: number;
}

/** Of more, the oldest are forgotten. */
const LOGINS_MAX = 4096;
const AT_ONCE = 64;
const ANSWER_MS = 2000;
const AGAIN_MS = 1000;

/** Logins that the auth-resolver has not heard of, because it was away. It is told when it is back: its audit is to be whole. */
export class StandInLogins {
  readonly #member: Pick<Member, 'linkTo' | 'request'>;
  readonly #runtime: Runtime;
  readonly #logins: StandInLogin[] = [];
  #isTelling = false;
  forgotten = 0;

  constructor(member: Pick<Member, 'linkTo' | 'request'>, runtime: Runtime) {
    this.#member = member;
    this.#runtime = runtime;
  }

  add(request: AuthRequest, account: string, user: string): void {
    const { user: shown, nkey } = JSON.parse(request.connectJson) as Record<string, unknown>;
    const bare = { ...request, connectJson: JSON.stringify({ user: shown, nkey }), nonce: '', certificates: [] };
    this.#logins.push({ request: bare, account, user, unixMs: this.#runtime.wallMs() });
    if (this.#logins.length > LOGINS_MAX) {
      this.#logins.shift();
      this.forgotten++;
    }
    this.#tell();
  }

  #tell(): void {
    if (this.#isTelling || this.#logins.length === 0) return;
    this.#isTelling = true;
    const next = (delayMs: number): void => {
      this.#runtime.setTimer(delayMs, () => {
        this.#isTelling = false;
        this.#tell();
      });
    };
    const link = this.#member.linkTo('auth-resolver');
    if (link === undefined) {
      next(AGAIN_MS);
      return;
    }
    const logins = this.#logins.slice(0, AT_ONCE);
    const { forgotten } = this;
    const body = JSON.stringify({ logins, forgotten });
    this.#member.request(link.peer.id, 'stand-in-logins', body, ANSWER_MS).then(
      () => {
        const told = new Set(logins);
        while (told.delete(this.#logins[0] as StandInLogin)) this.#logins.shift();
        // Those that are left were forgotten meanwhile, and have been told of after all.
        this.forgotten -= forgotten + told.size;
        next(0);
      },
      () => next(AGAIN_MS),
    );
  }
}
