export interface ResponsePermission {
  /** Replies allowed for each received message; negative: any number. */
  max: number;
  /** How long a reply may take; 0 or less: for ever. */
  expiresMs: number;
}

interface Reply {
  sinceMs: number;
  used: number;
}

/** Beyond it the oldest are forgotten: only a client that is sent requests and answers none gets here. */
export const repliesMax = 4096;

/** The reply subjects that one connection was given, and what is left of the right to publish to them. */
export class Replies {
  private readonly permission: ResponsePermission;
  private readonly now: () => number;
  /** Oldest first: an entry keeps its place and its time when the subject is given again. */
  private readonly live = new Map<string, Reply>();

  constructor(permission: ResponsePermission, now: () => number) {
    this.permission = permission;
    this.now = now;
  }

  /** A message with this reply subject was delivered. */
  given(subject: string): void {
    const nowMs = this.now();
    const known = this.live.get(subject);
    if (known !== undefined && !this.expired(known, nowMs)) {
      // As nats-server: a subject given again uses up its right rather than renewing it.
      known.used++;
      return;
    }
    this.live.delete(subject);
    for (const [oldest, reply] of this.live) {
      if (this.live.size < repliesMax && !this.expired(reply, nowMs)) break;
      this.live.delete(oldest);
    }
    this.live.set(subject, { sinceMs: nowMs, used: 0 });
  }

  /** Whether the connection may publish to it now; if so, that is counted. */
  use(subject: string): boolean {
    const reply = this.live.get(subject);
    if (reply === undefined) return false;
    if (this.expired(reply, this.now())) {
      this.live.delete(subject);
      return false;
    }
    const { max } = this.permission;
    if (max < 0) return true;
    reply.used++;
    if (reply.used >= max) this.live.delete(subject);
    return reply.used <= max;
  }

  get size(): number {
    return this.live.size;
  }

  private expired(reply: Reply, nowMs: number): boolean {
    return this.permission.expiresMs > 0 && nowMs - reply.sinceMs > this.permission.expiresMs;
  }
}
