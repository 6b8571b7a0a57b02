import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { FakeNode } from './testing/fake-node.ts';

const nodes: FakeNode[] = [];

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

/** Four shards, a stream in each. */
async function used(): Promise<FakeNode> {
  const node = await FakeNode.start();
  nodes.push(node);
  node.configuration = { skein: { jetstream: { shards: 4 } } } as never;
  await node.store.stop();
  await rm(join(node.directory, 'jetstream'), { recursive: true });
  await node.restart({ isStopped: true });
  for (const name of ['A', 'B', 'C', 'D']) {
    await node.ask(`$JS.API.STREAM.CREATE.${name}`, { name, subjects: [name] });
    await node.ask(name, name);
  }
  return node;
}

it.each([
  ['cut', '{"version":1,"sh'],
  ['empty', ''],
  ['of other words', '{"version":1,"shardr":4}'],
  ['with fewer than there are', '{"version":1,"shards":1}'],
  ['gone', undefined],
])('serves every shard that is there when the note is %s, says so, and writes it anew', async (_, text) => {
  const node = await used();
  node.configuration = {};
  const crashed = await node.crashed({}, async (directory) => {
    const path = join(directory, 'jetstream', 'shards.json');
    await (text === undefined ? rm(path) : writeFile(path, text));
  });
  nodes.push(crashed);
  for (const name of ['A', 'B', 'C', 'D']) {
    expect(await crashed.ask(`$JS.API.STREAM.INFO.${name}`)).toMatchObject({ state: { messages: 1 } });
  }
  expect(crashed.errors).toEqual([expect.stringMatching(/shards\.json is damaged or lost, written anew: 4 shards/)]);
  await crashed.restart();
  expect(crashed.errors).toHaveLength(1);
});

it('refuses a directory of another version', async () => {
  const node = await used();
  const begun = node.crashed({}, (directory) =>
    writeFile(join(directory, 'jetstream', 'shards.json'), '{"version":2,"shards":4}'),
  );
  await expect(begun).rejects.toThrow('written by another version (format 2, not 1)');
});
