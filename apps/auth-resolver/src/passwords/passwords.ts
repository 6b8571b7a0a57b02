import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** For a client that wants to come in, or for one that is in and may have to leave. */
export type CheckUrgency = 'login' | 'live';

/** Checks a password against a bcrypt hash; rejects when it can't be checked now. */
export type BcryptCompare = (password: string, hash: string, urgency: CheckUrgency) => Promise<boolean>;

/** More than the users that reconnect at once; an entry is some 200 bytes. Of right and of wrong passwords, each. */
export const checkedMax = 4096;

/** What nats-server takes for a bcrypt hash, rather than for a plain password. */
export function isBcrypt(secret: string): boolean {
  return /^\$2[abxy]\$\d\d\$/.test(secret);
}

/**
 * Compares passwords and tokens with what is configured.
 *
 * A bcrypt check costs tens of milliseconds of one core on purpose. After a restart of the node every client logs in
 * again, so successful checks are remembered, and the same check asked for twice at a time is made once. Failed ones are
 * remembered for as long as a configuration is in force: all connections of a user whose password changed are refused by one
 * check. What is remembered is an HMAC under a key of this process: it neither tells the password nor is of use elsewhere.
 */
export class Passwords {
  private readonly compareBcrypt: BcryptCompare;
  private readonly key = randomBytes(32);
  /** HMAC of hash and password, to the hash; oldest first. */
  private readonly checked = new Map<string, string>();
  /** HMACs of what did not match; oldest first. */
  private readonly wrong = new Set<string>();
  private readonly underWay = new Map<string, Promise<boolean>>();

  constructor(compareBcrypt: BcryptCompare) {
    this.compareBcrypt = compareBcrypt;
  }

  /** @param secret as configured */
  matches(secret: string, given: string, urgency: CheckUrgency = 'login'): boolean | Promise<boolean> {
    if (!isBcrypt(secret)) return timingSafeEqual(this.digest('', secret), this.digest('', given));
    const mac = this.digest(secret, given).toString('base64');
    if (this.checked.has(mac)) return true;
    if (this.wrong.has(mac)) return false;
    const running = this.underWay.get(mac);
    if (running !== undefined) return running;
    const check = this.compare(secret, given, urgency, mac).finally(() => this.underWay.delete(mac));
    this.underWay.set(mac, check);
    return check;
  }

  /** These are configured now: forgets what was checked against others, and all that was wrong. */
  retain(hashes: ReadonlySet<string>): void {
    this.wrong.clear();
    for (const [mac, hash] of this.checked) if (!hashes.has(hash)) this.checked.delete(mac);
  }

  get remembered(): number {
    return this.checked.size;
  }

  private async compare(hash: string, given: string, urgency: CheckUrgency, mac: string): Promise<boolean> {
    const matches = await this.compareBcrypt(given, hash, urgency);
    forgetOldest(matches ? this.checked : this.wrong);
    if (matches) this.checked.set(mac, hash);
    else this.wrong.add(mac);
    return matches;
  }

  /** Of equal length whatever is compared, so that comparing tells nothing by its duration. */
  private digest(context: string, text: string): Buffer {
    return createHmac('sha256', this.key).update(context).update('\0').update(text).digest();
  }
}

/** Makes room for one more. */
function forgetOldest(remembered: Map<string, unknown> | Set<string>): void {
  for (const oldest of remembered.keys()) {
    if (remembered.size < checkedMax) break;
    remembered.delete(oldest);
  }
}
