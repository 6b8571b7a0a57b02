import type { NodeIdentity } from '@skein/bus';

/** With its secrets: the router keeps it for itself. */
export interface StoredIdentity extends NodeIdentity {
  /** nkey seeds */
  serverSeed: string;
  xkeySeed: string;
}

/** A new node's. What it takes is loaded only then: most starts have an identity already. */
export async function createIdentity(
  serverName: string | undefined,
  productVersion: string,
  startedUnixMs: number,
): Promise<StoredIdentity> {
  const { createCurveKey, createServerKey } = await import('@skein/nkeys');
  const { NATS_VERSION } = await import('@skein/config');
  const server = createServerKey();
  const curve = createCurveKey();
  return {
    serverId: server.publicKey,
    serverSeed: server.seed,
    serverName: serverName ?? server.publicKey,
    version: NATS_VERSION,
    xkey: curve.publicKey,
    xkeySeed: curve.seed,
    productVersion,
    startedUnixMs,
  };
}

/** Its secrets: for the process that speaks for the node where it has to prove that. */
export type NodeKeys = Pick<StoredIdentity, 'serverSeed' | 'xkeySeed'>;

/** What other processes may know of it. */
export function publicIdentity(identity: StoredIdentity): NodeIdentity {
  const { serverSeed: _seed, xkeySeed: _xkeySeed, ...known } = identity;
  return known;
}
