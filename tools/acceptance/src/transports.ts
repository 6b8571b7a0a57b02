import { type ConnectionOptions, type NatsConnection, wsconnect } from '@nats-io/nats-core';
import { fixtures } from '@skein/testing';
import { connectTo } from './client.ts';
import type { Node, NodeOptions } from './node.ts';

/** A way from a client to a node; the clients' behaviour is to be the same over each. */
export interface Transport {
  name: string;
  node: NodeOptions;
  connect(node: Node, options?: ConnectionOptions): Promise<NatsConnection>;
}

const base = 'max_payload: 65536';

export const transports: Transport[] = [
  { name: 'TCP, one gateway', node: { conf: base }, connect: connectTo },
  { name: 'TCP, two gateways', node: { conf: base, gateways: 2 }, connect: connectTo },
  {
    name: 'TLS',
    node: { conf: `${base}\ntls { cert_file: "${fixtures.serverCert}", key_file: "${fixtures.serverKey}" }` },
    connect: (node, options) => connectTo(node, { ...options, tls: { caFile: fixtures.ca } }),
  },
  {
    name: 'WebSocket',
    node: { conf: base, websocketPort: -1 },
    connect: (node, options) =>
      wsconnect({ reconnectTimeWait: 50, maxReconnectAttempts: -1, servers: node.websocketUrl, ...options }),
  },
];
