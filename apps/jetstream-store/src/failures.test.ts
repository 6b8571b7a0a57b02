import { Stream } from '@skein/jetstream-core';
import { type Files, nodeFiles } from '@skein/journal';
import { afterEach, expect, it, vi } from 'vitest';
import { FakeNode } from './testing/fake-node.ts';

const nodes: FakeNode[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const node of nodes.splice(0)) await node.stop();
});

async function start(...options: Parameters<typeof FakeNode.start>): Promise<FakeNode> {
  const node = await FakeNode.start(...options);
  nodes.push(node);
  return node;
}

const create = (node: FakeNode, name: string, subject: string) =>
  node.ask(`$JS.API.STREAM.CREATE.${name}`, { name, subjects: [subject] });

/** The machine's files, of which syncs fail as long as `fails` says so. */
function failing(fails: () => boolean): Files {
  const files = nodeFiles();
  return {
    ...files,
    create: async (path) => {
      const file = await files.create(path);
      const datasync = file.datasync.bind(file);
      file.datasync = async () => {
        if (fails()) throw Object.assign(new Error('no'), { code: 'EIO' });
        return datasync();
      };
      return file;
    },
  };
}

it('answers what a failed sync leaves open with an error, and serves what is on disk', async () => {
  let fails = false;
  const node = await start({}, { files: failing(() => fails) });
  await create(node, 'S', 'a');
  expect(await node.ask('a', 'one')).toEqual({ stream: 'S', seq: 1 });
  fails = true;
  const refused = node.ask('a', 'two');
  expect(await refused).toMatchObject({ error: { code: 503 }, stream: 'S', seq: 0 });
  fails = false;
  await node.logged(/is served again/);
  const { state } = (await node.ask('$JS.API.STREAM.INFO.S')) as { state: { messages: number } };
  const answer = await node.ask('a', 'three');
  // Whether the message with the error arrived nobody knows; acknowledged ones are there.
  expect([1, 2]).toContain(state.messages);
  expect(answer).toEqual({ stream: 'S', seq: state.messages + 1 });
});

it('lets go of what it was about to open anew when it is stopped', async () => {
  const again = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const steps: string[] = [];
  const openDatabase = async (): Promise<never> => {
    steps.push('open');
    if (steps.length === 1) throw new Error('no');
    again.resolve();
    await release.promise;
    const database = { get: () => undefined, entries: async () => [], keys: async () => [], write: async () => {} };
    return { ...database, close: async () => void steps.push('close') } as never;
  };
  const node = await start({}, { openDatabase });
  expect(await create(node, 'S', 'a')).toHaveProperty('error');
  await again.promise;
  const stopped = node.store.stop();
  release.resolve();
  await stopped;
  // A shard has two.
  expect(steps).toEqual(['open', 'open', 'open', 'close', 'close']);
});

it('says once why nothing is served, however often it tries', async () => {
  const third = Promise.withResolvers<void>();
  let tries = 0;
  const openDatabase = async (): Promise<never> => {
    if (++tries === 3) third.resolve();
    throw new Error('no');
  };
  const node = await start({}, { openDatabase });
  await create(node, 'S', 'a');
  await third.promise;
  expect(node.errors).toEqual([expect.stringMatching(/^JetStream storage in .*: .*no$/)]);
});

it('has what was acknowledged after a SIGKILL, before and after it went to the database', async () => {
  const node = await start();
  await create(node, 'S', 'a');
  await node.ask('a', 'one', 'Nats-Msg-Id: 1');
  const crashed = await node.crashed();
  nodes.push(crashed);
  expect(await crashed.ask('a', 'one', 'Nats-Msg-Id: 1')).toEqual({ stream: 'S', seq: 1, duplicate: true });
  expect(await crashed.ask('a', 'two')).toEqual({ stream: 'S', seq: 2 });
  await crashed.restart();
  const again = await crashed.crashed();
  nodes.push(again);
  expect(await again.ask('a', 'one', 'Nats-Msg-Id: 1')).toEqual({ stream: 'S', seq: 1, duplicate: true });
});

it('takes a stream that cannot go on out of service, and no other', async () => {
  const node = await start();
  await create(node, 'S', 'a');
  await create(node, 'T', 'b');
  vi.spyOn(Stream.prototype, 'publish').mockImplementationOnce(() => {
    throw new Error('boom');
  });
  expect(await node.ask('a', 'one')).toMatchObject({ error: { code: 503 } });
  expect(node.errors.at(-1)).toMatch(/stream '\$G > S' is out of service: Error: boom/);
  expect(await node.ask('a', 'two')).toMatchObject({ error: { code: 503 } });
  expect(await node.ask('b', 'one')).toEqual({ stream: 'T', seq: 1 });
});
