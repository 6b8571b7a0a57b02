import type { NatsConnection } from '@nats-io/transport-node';
import {
  type AuthorizationRequestClaims,
  type AuthorizationResponseClaims,
  type ClaimsOf,
  decodeJwtAs,
  encodeJwt,
  newClaims,
} from '@skein/jwt';
import type { CurveKey, SigningKey } from '@skein/nkeys';
import { createBox } from '@skein/nkeys/box';
import { nowSeconds } from '@skein/trust/testing';

type Asked = AuthorizationRequestClaims;
/** Undefined: no answer. A text is sent as it is. */
type Decide = (asked: Asked) => string | undefined;

/** An authorization service (ADR-26), as somebody would write one for nats-server. */
export class CalloutServiceUnderTest {
  readonly asked: Asked[] = [];
  decide: Decide = () => undefined;
  readonly #client: NatsConnection;
  readonly #xkey: CurveKey | undefined;

  private constructor(client: NatsConnection, xkey: CurveKey | undefined) {
    this.#client = client;
    this.#xkey = xkey;
  }

  static async start(client: NatsConnection, xkey?: CurveKey): Promise<CalloutServiceUnderTest> {
    const service = new CalloutServiceUnderTest(client, xkey);
    client.subscribe('$SYS.REQ.USER.AUTH', {
      queue: 'auth',
      callback: (error, message) => {
        if (error !== null) throw error;
        const sender = message.headers?.get('Nats-Server-Xkey') ?? '';
        const answer = service.#answer(message.data, sender);
        if (answer !== undefined) message.respond(answer);
      },
    });
    await client.flush();
    return service;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #answer(data: Uint8Array, sender: string): Uint8Array | undefined {
    const box = this.#xkey && createBox(this.#xkey.seed, sender);
    const token = box === undefined ? data : box.open(data);
    const asked = decodeJwtAs('authorization_request', Buffer.from(token ?? []).toString());
    this.asked.push(asked);
    const decided = this.decide(asked);
    if (decided === undefined) return undefined;
    return box === undefined ? Buffer.from(decided) : box.seal(Buffer.from(decided));
  }
}

/** The answer to a question, signed. */
export function answerTo(
  { nats }: Asked,
  signer: SigningKey,
  change: (claims: AuthorizationResponseClaims) => void,
): string {
  const claims = newClaims('authorization_response', nats.user_nkey);
  claims.aud = nats.server_id.id;
  change(claims);
  return encodeJwt(claims, signer, nowSeconds());
}

/** The user that a question is about, of that account. */
export function userFor(
  { nats }: Asked,
  signer: SigningKey,
  change: (claims: ClaimsOf<'user'>) => void = () => {},
): string {
  const claims = newClaims('user', nats.user_nkey);
  Object.assign(claims.nats, { subs: -1, data: -1, payload: -1 });
  change(claims);
  return encodeJwt(claims, signer, nowSeconds());
}
