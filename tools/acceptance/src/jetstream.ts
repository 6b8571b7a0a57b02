import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { onTestFinished } from 'vitest';
import type { Node, NodeOptions } from './node.ts';
import { startNode } from './scope.ts';

const ANSWER_MS_MAX = 5000;

/** A node with JetStream, whose folder ends with the test. */
export async function startJetStream({ conf = '', ...options }: NodeOptions = {}): Promise<Node> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-js-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return await startNode({ ...options, conf: `jetstream { store_dir: ${JSON.stringify(folder)} }\n${conf}` });
}

export async function ask(
  client: NatsConnection,
  subject: string,
  body: object = {},
): Promise<Record<string, unknown>> {
  return (await client.request(subject, JSON.stringify(body), { timeout: ANSWER_MS_MAX })).json();
}
