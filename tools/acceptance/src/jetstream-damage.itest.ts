import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { NatsConnection } from '@nats-io/transport-node';
import { harmIndex } from '@skein/storage/testing';
import { expect, it, onTestFinished } from 'vitest';
import { ask } from './jetstream.ts';
import type { Node } from './node.ts';
import { openClient, startNode } from './scope.ts';
import { until } from './until.ts';

const EACH = 200;
const HEALTH_MS = 5000;
const skein = fileURLToPath(new URL('../../skein', import.meta.url));
const body = (stream: string, sequence: number): string => `${stream} ${sequence} `.repeat(30);

/** A folder whose first two shards have a stream each, `A` and `B`. */
class Damaged {
  readonly folder = mkdtempSync(join(tmpdir(), 'skein-js-'));
  readonly #conf: string;

  /** @param more of the block `jetstream` */
  private constructor(more: string) {
    this.#conf = `jetstream { store_dir: ${JSON.stringify(this.folder)}, ${more} }`;
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** With so many messages in each stream, and nobody who serves them. */
  static async fill(more = ''): Promise<Damaged> {
    const damaged = new Damaged(more);
    const node = await damaged.start();
    const client = await openClient(node);
    for (const name of ['A', 'B']) {
      await ask(client, `$JS.API.STREAM.CREATE.${name}`, { name, subjects: [`${name}.*`] });
    }
    await publish(client, 1);
    await node.server.stop();
    return damaged;
  }

  start(): Promise<Node> {
    return startNode({ conf: this.#conf });
  }

  shard(number: number): string {
    return join(this.folder, 'jetstream', `shard-${number}`);
  }

  /** The newest file of a shard that has such a name. */
  file(shard: number, name: RegExp): string {
    const names = readdirSync(this.shard(shard), { recursive: true, encoding: 'utf8' }).filter((one) => name.test(one));
    return join(this.shard(shard), names.sort().at(-1) as string);
  }
}

/** One bit, at half of what is not zero at the end. */
function flip(path: string): void {
  const bytes = readFileSync(path);
  let end = bytes.length;
  while (bytes[end - 1] === 0) end--;
  const at = end >> 1;
  bytes[at] = (bytes[at] as number) ^ 4;
  writeFileSync(path, bytes);
}

async function publish(client: NatsConnection, from: number): Promise<void> {
  for (let sequence = from; sequence < from + EACH; sequence++) {
    for (const name of ['A', 'B']) {
      expect((await client.request(`${name}.x`, body(name, sequence))).json()).toEqual({ stream: name, seq: sequence });
    }
  }
}

/** How many of a stream's messages it gives; each is what was acknowledged. */
async function served(client: NatsConnection, name: string, last: number): Promise<number> {
  const get = async (seq: number): Promise<number> => {
    const { message } = (await ask(client, `$JS.API.STREAM.MSG.GET.${name}`, { seq })) as {
      message?: { data: string };
    };
    if (message === undefined) return 0;
    expect(Buffer.from(message.data, 'base64').toString()).toBe(body(name, seq));
    return 1;
  };
  const counts = await Promise.all(Array.from({ length: last }, (_, i) => get(i + 1)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Puts a copy that was repaired in a shard's place. */
async function repair(damaged: Damaged, shard: number): Promise<void> {
  const copy = join(damaged.folder, 'repaired');
  await promisify(execFile)(skein, ['repair', damaged.shard(shard), copy]);
  renameSync(damaged.shard(shard), join(damaged.folder, 'kept'));
  renameSync(copy, damaged.shard(shard));
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function health(node: Node): Promise<{ status: number; text: string }> {
  const answer = await fetch(`http://127.0.0.1:${node.server.monitoringPort}/healthz`);
  return { status: answer.status, text: await answer.text() };
}

/** Clients talk, one shard serves all that was acknowledged, and it is said what is the matter with the other. */
async function expectContained(node: Node, whole: string, last: number, says: RegExp): Promise<NatsConnection> {
  const client = await openClient(node);
  client.subscribe('echo', { callback: (_, message) => void message.respond(message.data) });
  expect((await client.request('echo', 'still here')).string()).toBe('still here');
  expect(await served(client, whole, last)).toBe(last);
  await until('it is said on /healthz', HEALTH_MS, async () => {
    const { status, text } = await health(node);
    return status === 503 && says.test(text);
  });
  expect(node.server.log.join('\n')).toMatch(says);
  return client;
}

it('damage to files is contained to what was hit, said, and repaired where it can be', async () => {
  const damaged = await Damaged.fill();

  // LevelDB's manifest: the shard is out of service. A copy of it is repaired, and has all.
  flip(damaged.file(0, /level\/MANIFEST/));
  // The note of the shards, too: nothing is lost with that.
  truncateSync(join(damaged.folder, 'jetstream', 'shards.json'), 3);
  let node = await damaged.start();
  let client = await expectContained(node, 'B', EACH, /shard-0.*Corruption/);
  expect(await served(client, 'A', EACH)).toBe(0);
  await node.server.stop();
  await repair(damaged, 0);
  node = await damaged.start();
  client = await openClient(node);
  expect([await served(client, 'A', EACH), await served(client, 'B', EACH)]).toEqual([EACH, EACH]);
  expect((await health(node)).status).toBe(200);

  // The journal, of what the database does not have yet: nothing is served under another's sequence.
  await publish(client, EACH + 1);
  const { pid } = await node.process('jetstream-store');
  await node.server.kill();
  await until('the store is gone, too', HEALTH_MS, async () => !isThere(pid));
  const journal = damaged.file(0, /\.journal$/);
  const before = readFileSync(journal);
  flip(journal);
  node = await damaged.start();
  client = await expectContained(node, 'B', 2 * EACH, /records \d+ to \d+ of the journal \(segment \d+\) are lost/);
  expect(await served(client, 'A', 2 * EACH)).toBe(0);
  await node.server.stop();
  writeFileSync(journal, before);

  // A page of messages: it alone is not served, and its sequences are named.
  node = await damaged.start();
  client = await openClient(node);
  expect(await served(client, 'A', 2 * EACH)).toBe(2 * EACH);
  await node.server.stop();
  flip(damaged.file(1, /\.ldb$/));
  node = await damaged.start();
  client = await openClient(node);
  expect(await served(client, 'A', 2 * EACH)).toBe(2 * EACH);
  const left = await served(client, 'B', 2 * EACH);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(2 * EACH);
  expect(node.server.log.join('\n')).toMatch(/damaged on disk: page of stream \d+, sequences \d+ to \d+/);
}, 60_000);

it('a table that ends the process that reads it ends it twice', async () => {
  const damaged = await Damaged.fill();
  // What is in LevelDB's log becomes a table.
  let node = await damaged.start();
  await node.server.stop();

  harmIndex(damaged.file(0, /\.ldb$/));
  node = await damaged.start();
  const log = (): string => node.server.log.join('\n');
  await until('the table is found', 20_000, async () => /shard-0: pages\/\d+\.ldb: block at \d+ is harmed/.test(log()));
  let client = await expectContained(node, 'B', EACH, /shard-0: pages\/\d+\.ldb: block at \d+ is harmed/);
  expect(await served(client, 'A', EACH)).toBe(0);
  expect(log().match(/Assertion/g)).toHaveLength(2);
  await node.server.stop();
  await repair(damaged, 0);
  node = await damaged.start();
  client = await openClient(node);
  expect([await served(client, 'A', EACH), await served(client, 'B', EACH)]).toEqual([EACH, EACH]);
  expect((await health(node)).status).toBe(200);
}, 60_000);

it('damage to what is encrypted is contained to what was hit: keyrings, their only copy left, pages', async () => {
  const damaged = await Damaged.fill('key: "a secret", cipher: aes');
  const keyrings = ['keyring', 'keyring.copy'].map((name) => join(damaged.shard(0), name));
  const all = async (): Promise<void> => {
    const node = await damaged.start();
    const client = await openClient(node);
    expect([await served(client, 'A', EACH), await served(client, 'B', EACH)]).toEqual([EACH, EACH]);
    expect((await health(node)).status).toBe(200);
    await node.server.stop();
  };
  // There are two of it, and one is enough: it is whole again behind that.
  for (const keyring of keyrings) {
    flip(keyring);
    await all();
  }
  const before = keyrings.map((keyring) => readFileSync(keyring));
  for (const harm of [flip, (path: string) => truncateSync(path, 20)]) {
    for (const keyring of keyrings) harm(keyring);
    const node = await damaged.start();
    const client = await expectContained(node, 'B', EACH, /shard-0.*keyring|unable to recover keys/);
    expect(await served(client, 'A', EACH)).toBe(0);
    await node.server.stop();
    for (const [i, keyring] of keyrings.entries()) writeFileSync(keyring, before[i] as Buffer);
  }
  await all();

  flip(damaged.file(1, /\.ldb$/));
  const node = await damaged.start();
  const client = await openClient(node);
  expect(await served(client, 'A', EACH)).toBe(EACH);
  expect(await served(client, 'B', EACH)).toBeLessThan(EACH);
  expect(node.server.log.join('\n')).toMatch(/damaged on disk: page of stream \d+, sequences \d+ to \d+/);
}, 60_000);
