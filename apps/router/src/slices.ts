import type { Component } from '@skein/bus';
import { allUsers, type ServerOptions } from '@skein/config';
import { isOperatorMode } from '@skein/trust/options';

/** The configuration as gateways and the monitor get it: everything but who may connect, and secrets. */
export interface OpenSlice extends ServerOptions {
  /** Clients have to prove who they are. */
  authRequired: boolean;
  /** Those who come by WebSocket have to, if only because that listener has credentials of its own. */
  websocketAuthRequired: boolean;
  /** They may do so by a signature: INFO has a nonce. */
  nonceRequired: boolean;
}

/** The part of the configuration that a component needs. */
export function sliceFor(component: Component, options: ServerOptions): unknown {
  switch (component) {
    case 'gateway': {
      const { monitoring: _monitoring, ...skein } = options.skein;
      return { ...openSlice(options), skein };
    }
    case 'monitor':
      return openSlice(options);
    case 'jetstream-store':
      // It alone gets the keys that messages are encrypted with.
      return { ...openSlice(options), jetstream: options.jetstream };
    case 'auth-resolver':
      return options;
    default:
      // What a component is not known to need it does not get.
      return {};
  }
}

function openSlice(options: ServerOptions): OpenSlice {
  const { user, token } = options.authorization;
  const users = allUsers(options);
  const operatorMode = isOperatorMode(options.trust);
  const { callout } = options.authorization;
  const authRequired =
    operatorMode || callout !== undefined || user !== undefined || token !== undefined || users.length > 0;
  const open: OpenSlice = {
    ...options,
    authorization: { users: [] },
    accounts: options.accounts.map(({ definition }) => ({ definition, users: [] })),
    authRequired,
    websocketAuthRequired:
      authRequired || options.websocket?.username !== undefined || options.websocket?.token !== undefined,
    nonceRequired: operatorMode || users.some((one) => 'nkey' in one),
    trust: { ...options.trust, preload: {} },
  };
  if (options.jetstream !== undefined) {
    const { encryption: _keys, ...jetstream } = options.jetstream;
    open.jetstream = jetstream;
  }
  if (options.websocket !== undefined) {
    const { username: _username, password: _password, token: _token, ...websocket } = options.websocket;
    open.websocket = websocket;
  }
  return open;
}
