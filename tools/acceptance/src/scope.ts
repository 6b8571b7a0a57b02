import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import { onTestFinished } from 'vitest';
import { connectTo, connectToGateway } from './client.ts';
import { Node, type NodeOptions, type NodeProcess } from './node.ts';
import { Traffic } from './traffic.ts';

/** A node that ends with the test. */
export async function startNode(options?: NodeOptions): Promise<Node> {
  const node = await Node.start(options);
  onTestFinished(() => node.server.stop());
  return node;
}

/** A client that ends with the test. */
export async function openClient(node: Node, options?: NodeConnectionOptions): Promise<NatsConnection> {
  return closed(await connectTo(node, options));
}

/** A client on one of several gateways, that ends with the test. */
export async function openClientAt(
  node: Node,
  gateway: number,
  options?: NodeConnectionOptions,
): Promise<NatsConnection> {
  return closed(await connectToGateway(node, gateway, options));
}

/** Traffic that ends with the test. */
export async function startTraffic(from: NatsConnection, to: NatsConnection): Promise<Traffic> {
  const traffic = await Traffic.start(from, to);
  onTestFinished(async () => void (await traffic.stop()));
  return traffic;
}

const command = fileURLToPath(new URL('../../skein', import.meta.url));

/** The command `skein` about a node. Rejects, with its output, when that fails. */
export const skein = (node: Node, ...args: string[]) =>
  promisify(execFile)(command, [...args, '--pid', String(node.server.pid)]);

/** `skein restart`; `name` as it takes it. */
export const restartProcess = (node: Node, name: string, instance = 0) =>
  skein(node, 'restart', instance === 0 ? name : `${name}/${instance}`);

/** SIGSTOP; undone with the test, lest the node's end takes long. */
export function freeze({ pid }: NodeProcess): void {
  process.kill(pid, 'SIGSTOP');
  onTestFinished(() => thaw(pid));
}

/** SIGCONT, unless it has been replaced. */
export function thaw(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It was killed because it was frozen.
  }
}

function closed(client: NatsConnection): NatsConnection {
  onTestFinished(() => client.close());
  return client;
}
