export interface Traffic {
  msgs: number;
  bytes: number;
}

/** What the clients of one account amount to, on one gateway or on all of a node. */
export interface AccountFigures {
  account: string;
  /** What people call it. */
  nameTag: string;
  connections: number;
  subscriptions: number;
  slowConsumers: number;
  /** To clients; closed connections count. */
  sent: Traffic;
  /** From clients. */
  received: Traffic;
}

/** One account in nats-server's fields and order, as in CONNS events and account statistics. */
export function accountStat(figures: AccountFigures) {
  return {
    acc: figures.account,
    name: figures.nameTag,
    conns: figures.connections,
    leafnodes: 0,
    total_conns: figures.connections,
    num_subscriptions: figures.subscriptions,
    sent: byKind(figures.sent),
    received: byKind(figures.received),
    slow_consumers: figures.slowConsumers,
  };
}

/** There are no links to other servers yet: all is the clients'. */
function byKind({ msgs, bytes }: Traffic) {
  const none = { msgs: 0, bytes: 0 };
  return { msgs, bytes, gateways: none, routes: none, leafs: none };
}
