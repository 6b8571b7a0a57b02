import type { AuthRequest, Link, Member, MemberHandlers, NodeIdentity, Runtime } from '@skein/bus';
import { encodeJwt } from '@skein/jwt';
import { createSigningKey, type SigningKey, signingKeyFromSeed } from '@skein/nkeys';
import type { Box } from '@skein/nkeys/box';
import { isRefused, type KnownUser, type Refused } from '@skein/trust';
import type { Credentials } from '../credentials.ts';
import { readAnswer } from './answer.ts';
import { Places } from './places.ts';
import { questionClaims } from './question.ts';

const subject = Buffer.from('$SYS.REQ.USER.AUTH');
/** A user's token is a few kilobytes. */
const ANSWER_BYTES_MAX = 64 * 1024;
const KEYS_MS = 2000;
/** The gateway gives up when the time that a login has is over: it is told before that. */
const SPARE_MS = 100;
const LOGIN_MS_MIN = 2000;

/** Where a service is, and whom it signs for. */
export interface ServicePlace {
  /** Where it listens. */
  account: string;
  /** Public account key that signs its answers. */
  issuer: string;
  /** Whether another key of that account may, too. */
  maySign(key: string): boolean;
  /** Its public curve key; '' when nothing is sealed. */
  xkey: string;
}

export interface Caller {
  request: AuthRequest;
  credentials: Credentials;
  nameTag: string;
}

/** Whom a service lets somebody in as; its token is whole and made for this question. */
export interface Granted {
  user: KnownUser;
  token: string;
}

export type Ask = (caller: Caller, place: ServicePlace, link: Link | undefined) => Promise<Granted | Refused>;

export interface CalloutServiceOptions {
  member: Pick<Member, 'declare' | 'settled' | 'links' | 'request'>;
  identity: NodeIdentity;
  /** What else a service is told of the node. */
  facts(): { host: string; tags: string[]; authTimeoutMs: number };
  runtime: Runtime;
}

interface Waiting {
  /** Set when the question was sealed: then the answer may be, too. */
  box?: Box;
  /** The question is ready, and goes out when everybody knows where its answer is to go. */
  held?: { sequence: number; send(): void };
  resolve(answer: Uint8Array | Refused): void;
}

interface NodeKeys {
  serverSeed: string;
  xkeySeed: string;
}

/** Asks authorization services, by messages that a gateway routes, and gets their answers in an inbox. */
export class CalloutService {
  readonly #options: CalloutServiceOptions;
  readonly #inbox = `$SYS._INBOX.${createSigningKey('user').publicKey.slice(1, 13)}.`;
  readonly #places = new Places();
  readonly #outstanding = new Map<string, Waiting>();
  /** Accounts in which the inbox is, to the number that it was declared with. */
  readonly #inboxes = new Map<string, number>();
  #keys: Promise<{ signer: SigningKey; xkeySeed: string }> | undefined;
  #asked = 0;
  readonly figures = { asked: 0, unanswered: 0 };

  constructor(options: CalloutServiceOptions) {
    this.#options = options;
  }

  get outstanding(): number {
    return this.#outstanding.size;
  }

  /** Resolves to who somebody is, by the service in `place`. */
  ask: Ask = async (caller, place, link) => {
    const { identity, runtime } = this.#options;
    const { account, issuer, maySign } = place;
    const userKey = createSigningKey('user').publicKey;
    const answer = await this.#converse(caller, place, userKey, link);
    if (isRefused(answer)) return answer;
    const expected = {
      ...{ userKey, account, serverId: identity.serverId },
      maySign: (key: string) => key === issuer || maySign(key),
    };
    return readAnswer(Buffer.from(answer).toString(), expected, Math.floor(runtime.wallMs() / 1000));
  };

  /** True: it was an answer to a question asked here. The ranges are lent for the call. */
  deliver = (
    ...[, account, buf, ss, se, , , headerBytes, ps, pe]: Parameters<NonNullable<MemberHandlers['deliver']>>
  ): boolean => {
    const to = buf.toString('latin1', ss, se);
    if (!to.startsWith(this.#inbox)) return false;
    const start = ps + headerBytes;
    const waiting = this.#outstanding.get(to);
    if (waiting === undefined || pe - start > ANSWER_BYTES_MAX) return true;
    const answer = Buffer.from(buf.subarray(start, pe));
    // What was not sealed is taken as well, as nats-server does: it is signed.
    waiting.resolve(waiting.box === undefined || !isSealed(answer) ? answer : opened(answer, waiting.box, account));
    return true;
  };

  redeclare(emit: Parameters<NonNullable<MemberHandlers['redeclare']>>[0]): void {
    for (const account of this.#inboxes.keys()) emit(account, `${this.#inbox}*`, '', 1);
  }

  settled(): void {
    for (const waiting of this.#outstanding.values()) this.#release(waiting);
  }

  async #converse(
    caller: Caller,
    place: ServicePlace,
    userKey: string,
    link: Link | undefined,
  ): Promise<Uint8Array | Refused> {
    const { runtime } = this.#options;
    const { account } = place;
    const { host } = caller.request;
    if (!this.#places.take(host, account)) {
      return { detail: 'too many logins wait for an authorization service', cause: 'unanswered' };
    }
    const reply = `${this.#inbox}${++this.#asked}`;
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | Refused>();
    const waiting: Waiting = { resolve };
    this.#outstanding.set(reply, waiting);
    this.figures.asked++;
    const { authTimeoutMs } = this.#options.facts();
    const timer = runtime.setTimer(Math.min(authTimeoutMs, Math.max(authTimeoutMs, LOGIN_MS_MIN) - SPARE_MS), () => {
      this.figures.unanswered++;
      const where = JSON.stringify(account);
      resolve({
        detail: `Authorization callout response not received in time on account ${where}`,
        cause: 'unanswered',
      });
    });
    try {
      this.#send(caller, place, userKey, reply, waiting, link).catch(reject);
      return await promise;
    } finally {
      timer.cancel();
      this.#outstanding.delete(reply);
      this.#places.give(host, account);
    }
  }

  async #send(
    { request, credentials, nameTag }: Caller,
    { account, issuer, xkey }: ServicePlace,
    userKey: string,
    reply: string,
    waiting: Waiting,
    link: Link | undefined,
  ): Promise<void> {
    const { identity, runtime, facts } = this.#options;
    const { host, tags, authTimeoutMs } = facts();
    this.#keys ??= this.#nodeKeys();
    const { signer, xkeySeed } = await this.#keys;
    const nowSeconds = Math.floor(runtime.wallMs() / 1000);
    const expiresSeconds = nowSeconds + Math.ceil(authTimeoutMs / 1000);
    const asker = {
      ...{ name: identity.serverName, host, id: identity.serverId, version: identity.version, tags },
      xkey: xkey === '' ? '' : identity.xkey,
    };
    const claims = questionClaims({ request, credentials, issuer, userKey, nameTag, expiresSeconds }, asker);
    const token = Buffer.from(encodeJwt(claims, signer, nowSeconds));
    waiting.box = xkey === '' ? undefined : (await import('@skein/nkeys/box')).createBox(xkeySeed, xkey);
    const { box } = waiting;
    const header = box && Buffer.from(`NATS/1.0\r\nNats-Server-Xkey: ${identity.xkey}\r\n\r\n`);
    const payload = box === undefined ? token : Buffer.concat([header as Buffer, box.seal(token)]);
    const to = Buffer.from(reply);
    const way = (): Link | undefined => (link?.up ? link : [...this.#options.member.links.values()].find(isGateway));
    const headerBytes = header?.length ?? 0;
    const publish = (): unknown =>
      way()?.publish(
        Buffer.from(account),
        subject,
        0,
        subject.length,
        to,
        0,
        to.length,
        headerBytes,
        payload,
        0,
        payload.length,
      );
    waiting.held = { sequence: this.#inboxIn(account), send: publish };
    this.#release(waiting);
  }

  #release(waiting: Waiting): void {
    const { held } = waiting;
    if (held === undefined || !this.#options.member.settled(held.sequence)) return;
    waiting.held = undefined;
    held.send();
  }

  /** Returns the number to wait for. */
  #inboxIn(account: string): number {
    let sequence = this.#inboxes.get(account);
    if (sequence === undefined) {
      sequence = this.#options.member.declare(account, `${this.#inbox}*`, '', 1);
      this.#inboxes.set(account, sequence);
    }
    return sequence;
  }

  async #nodeKeys(): Promise<{ signer: SigningKey; xkeySeed: string }> {
    try {
      const keys: NodeKeys = JSON.parse(await this.#options.member.request('router', 'node-keys', '', KEYS_MS));
      return { signer: signingKeyFromSeed(keys.serverSeed), xkeySeed: keys.xkeySeed };
    } catch (error) {
      this.#keys = undefined;
      throw error;
    }
  }
}

const isSealed = (answer: Buffer): boolean => answer.subarray(0, 4).equals(Buffer.from('xkv1'));

function opened(sealed: Uint8Array, box: Box, account: string): Uint8Array | Refused {
  const where = JSON.stringify(account);
  const detail = `Error decrypting auth callout response on account ${where}: nkeys: could not decrypt input`;
  return box.open(sealed) ?? { detail, cause: 'callout' };
}

const isGateway = ({ peer }: Link): boolean => peer.component === 'gateway';
