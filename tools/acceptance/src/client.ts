import { connect, type NatsConnection, type NodeConnectionOptions, type Status } from '@nats-io/transport-node';

/** Comes back soon, and never gives up. */
const patient: NodeConnectionOptions = { reconnectTimeWait: 50, reconnectJitter: 0, maxReconnectAttempts: -1 };

/** A gateway that was started anew may not listen yet. */
const LISTENS_MS_MAX = 10_000;

/** A node, however its processes were started. */
export interface Reachable {
  readonly url: string;
}

/** An official client. */
export function connectTo(node: Reachable, options: NodeConnectionOptions = {}): Promise<NatsConnection> {
  return connect({ ...patient, servers: node.url, ...options });
}

/** An official client whose connection is with this one of several gateways: the kernel spreads them, so it takes a few attempts. */
export async function connectToGateway(
  node: Reachable,
  gateway: number,
  options: NodeConnectionOptions = {},
): Promise<NatsConnection> {
  for (const deadline = performance.now() + LISTENS_MS_MAX; performance.now() < deadline; ) {
    const client = await connectTo(node, options);
    if (gatewayOf(client) === gateway) return client;
    await client.close();
  }
  throw new Error(`no connection with gateway ${gateway} within ${LISTENS_MS_MAX} ms`);
}

/** Which of several gateways a client is connected with. */
export const gatewayOf = (client: NatsConnection): number | undefined =>
  (client.info as { skein_gateway?: number } | undefined)?.skein_gateway;

/** What a client notices of its connection. */
export class Notices {
  readonly seen: Status[] = [];
  private readonly waiters = new Set<() => void>();

  constructor(client: NatsConnection) {
    void this.read(client);
  }

  /** What it would call trouble: everything but its own pings and news of servers. */
  get trouble(): Status[] {
    return this.seen.filter(({ type }) => type !== 'ping' && type !== 'update');
  }

  /** Resolves with the first of a kind, seen already or to come; rejects after `limitMs`. */
  first<T extends Status['type']>(type: T, limitMs = 5000): Promise<Extract<Status, { type: T }>> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.seen.find((status) => status.type === type);
        if (found === undefined) return;
        clearTimeout(timer);
        this.waiters.delete(look);
        resolve(found as Extract<Status, { type: T }>);
      };
      const timer = setTimeout(() => {
        this.waiters.delete(look);
        reject(new Error(`no '${type}' within ${limitMs} ms; seen: ${JSON.stringify(this.seen)}`));
      }, limitMs);
      this.waiters.add(look);
      look();
    });
  }

  private async read(client: NatsConnection): Promise<void> {
    for await (const status of client.status()) {
      this.seen.push(status);
      for (const look of [...this.waiters]) look();
    }
  }
}
