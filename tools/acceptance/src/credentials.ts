import { jwtAuthenticator, type NodeConnectionOptions } from '@nats-io/transport-node';
import type { TestUser } from '@skein/trust/testing';

/** How the official client shows a user's token. */
export function showing({ jwt, key }: TestUser): NodeConnectionOptions {
  return { authenticator: jwtAuthenticator(jwt, new TextEncoder().encode(key.seed)) };
}
