import { unlimitedJetStream } from '@skein/accounts';
import { noTrust } from '@skein/trust/options';
import { expect, it } from 'vitest';
import { FakeNode } from './testing/fake-node.ts';

const jetstream = { '': unlimitedJetStream() };

it('serves the accounts that the auth-resolver tells of, and names those that it has streams of', async () => {
  const node = await FakeNode.start();
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a'] });
  node.configuration = { trust: { ...noTrust(), keys: ['O'] } };
  await node.restart();
  // In operator mode nobody is known before he comes.
  const wanted = (): string[] => [...node.interest].flatMap(([name, weight]) => (weight > 0 ? [name] : [])).sort();
  expect(wanted()).toEqual([]);
  const told = (accounts: object[], gone: string[] = [], begins = false): Promise<unknown> =>
    node.tellAndWait('jetstream-accounts', { accounts, gone, begins });
  expect(await told([{ name: 'A' }], [], true)).toEqual({ stored: ['$G'] });
  expect(wanted()).toEqual(['A $JS.API.>']);
  expect(await told([{ name: '$G', jetstream }], ['A'])).toEqual({});
  expect(wanted()).toEqual(['$G $JS.ACK.>', '$G $JS.API.>', '$G $JS.FC.>', '$G $JS.SNAPSHOT.>', '$G a']);
  expect(await node.ask('a', 'x')).toEqual({ stream: 'S', seq: 1 });
  expect(await told([{ name: '$G' }], [], true)).toEqual({ stored: [] });
  expect(wanted()).toEqual(['$G $JS.API.>']);
  // What was stored is there when it has JetStream again.
  await told([{ name: '$G', jetstream }]);
  expect(await node.ask('a', 'y')).toEqual({ stream: 'S', seq: 2 });
  await node.stop();
});
