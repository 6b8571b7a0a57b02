import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { FakeNode } from './testing/fake-node.ts';

let node: FakeNode;
afterEach(() => node.stop());

const keyed = (key: string, cipher: 'aes' | 'chacha' = 'chacha', previousKey?: string) => ({
  encryption: { key, cipher, ...(previousKey && { previousKey }) },
});

function files(): Map<string, Buffer> {
  const entries = readdirSync(node.directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.map((path) => [path, readFileSync(path)]));
}

const found = (...words: string[]): string[] =>
  [...files()]
    .filter(([path, bytes]) => words.some((word) => path.includes(word) || bytes.includes(word)))
    .map(([p]) => p);

async function fill(): Promise<void> {
  await node.ask('$JS.API.STREAM.CREATE.LEDGER', { name: 'LEDGER', subjects: ['invoice.>'] });
  const config = { durable_name: 'auditor', ack_policy: 'explicit', filter_subject: 'invoice.paid' };
  await node.ask('$JS.API.CONSUMER.CREATE.LEDGER.auditor', { stream_name: 'LEDGER', config });
  for (let i = 0; i < 40; i++) await node.ask('invoice.paid', `amount ${i}`.padEnd(200), 'Customer: Rossi');
}

const words = ['LEDGER', 'invoice', 'auditor', 'amount', 'Customer', 'Rossi'];

const state = async (): Promise<unknown> => (await node.ask('$JS.API.STREAM.INFO.LEDGER')).state;

it('leaves nothing in clear, in the journal neither in the database', async () => {
  node = await FakeNode.start(keyed('secret'));
  await fill();
  expect(found(...words, 'secret')).toEqual([]);
  await node.restart();
  expect(found(...words, 'secret')).toEqual([]);
  expect(await state()).toMatchObject({ messages: 40 });
});

it.each([
  ['a wrong key', keyed('wrong'), 'unable to recover keys'],
  ['no key', { encryption: undefined }, 'encryption not enabled'],
])(
  '%s: the streams are not there, nothing new is begun beside them, and nothing on disk is changed',
  async (_, options, why) => {
    node = await FakeNode.start(keyed('secret'));
    await fill();
    await node.store.stop();
    const before = files();
    node.options = options;
    await node.restart({ isStopped: true });
    expect(node.errors).toEqual([`  Error decrypting our stream metafile: ${why}`]);
    expect(await node.ask('$JS.API.STREAM.INFO.LEDGER')).toMatchObject({ error: { err_code: 10059 } });
    expect(await node.ask('$JS.API.STREAM.CREATE.LEDGER', { name: 'LEDGER' })).toMatchObject({
      error: { err_code: 10008 },
    });
    const memory = { name: 'M', storage: 'memory' };
    expect(await node.ask('$JS.API.STREAM.CREATE.M', memory)).toMatchObject({ config: memory });
    expect(files()).toEqual(before);
    node.options = keyed('secret');
    await node.restart();
    expect(await state()).toMatchObject({ messages: 40 });
  },
);

it('encrypts what was clear, and what another key or cipher encrypted', async () => {
  node = await FakeNode.start();
  await fill();
  await node.restart();
  expect(found('amount')).not.toEqual([]);
  node.options = keyed('first');
  await node.restart();
  expect(await state()).toMatchObject({ messages: 40 });
  // The journal's clear segment goes with the first stop after a record.
  await node.ask('invoice.paid', 'amount 40');
  await node.restart();
  expect(await state()).toMatchObject({ messages: 41 });
  await vi.waitFor(() => expect(found(...words)).toEqual([]), 10_000);

  node.options = keyed('second', 'aes', 'first');
  await node.restart();
  node.options = keyed('second', 'aes');
  await node.restart();
  expect(await state()).toMatchObject({ messages: 41 });
  expect(found(...words)).toEqual([]);
});
