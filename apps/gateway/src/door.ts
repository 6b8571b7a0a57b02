import type { Channel } from '@skein/bus';
import type { Connection, Origin } from './connection.ts';
import type { Gateway } from './gateway.ts';

/** 11 bytes are 15 characters of base64url, as nats-server's nonces have. */
const NONCE_BYTES = 11;

/** Lets a new channel in: a slot of the node's connections, an id, a nonce, then a `Connection` told INFO. */
export function openDoor(
  gateway: Gateway,
  channel: Channel,
  origin: Origin,
  nonceRequired: boolean,
  start: (connection: Connection) => void,
): void {
  const { connections } = gateway.member;
  connections.open((granted) => {
    withId(gateway, (cid) => {
      const nonce = nonceRequired ? newNonce() : '';
      const connection = gateway.accept(channel, origin, cid, nonce, granted);
      start(connection);
    });
  });
}

function newNonce(): string {
  // Loaded where it is needed: an import of it costs every start 15 ms.
  return process.getBuiltinModule('node:crypto').randomBytes(NONCE_BYTES).toString('base64url');
}

function withId(gateway: Gateway, use: (cid: number) => void): void {
  const { connections } = gateway.member;
  const cid = connections.nextId();
  if (cid !== 0) use(cid);
  else connections.idReady(() => withId(gateway, use));
}
