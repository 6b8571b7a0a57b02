import { newDefinition, unlimitedJetStream } from '@skein/accounts';
import { defaultJetStreamOptions } from '@skein/config/jetstream';
import { defaultOptions, type ServerOptions } from '@skein/config/options';
import { expect, it } from 'vitest';
import { type Allowance, NodeAccounts } from './node-accounts.ts';

const limits = { '': { ...unlimitedJetStream(), streamsMax: 2 } };
const account = (name: string, jetstream?: typeof limits): ServerOptions['accounts'][number] => ({
  definition: { ...newDefinition(name), ...(jetstream && { jetstream }) },
  users: [],
});

function open(): {
  accounts: NodeAccounts;
  changes: () => [string, Allowance][];
  use(change: Partial<ServerOptions>): void;
} {
  const changes: [string, Allowance][] = [];
  const accounts = new NodeAccounts((...change) => changes.push(change));
  return {
    accounts,
    changes: () => changes.splice(0),
    use: (change) => accounts.configure({ ...defaultOptions(), jetstream: defaultJetStreamOptions(), ...change }),
  };
}

it('has those of the configuration, and says what a reload changes', () => {
  const { changes, use } = open();
  use({});
  expect(changes()).toEqual([
    ['$G', { '': unlimitedJetStream() }],
    ['$SYS', null],
  ]);
  use({ accounts: [account('A', limits), account('B')] });
  // As in nats-server: the global account has none beside others.
  expect(changes()).toEqual([
    ['A', limits],
    ['$G', null],
    ['B', null],
  ]);
  use({ accounts: [account('A', limits), account('B')] });
  expect(changes()).toEqual([]);
  use({ accounts: [account('A')], systemAccount: 'A' });
  expect(changes()).toEqual([
    ['$SYS', undefined],
    ['B', undefined],
    ['$G', { '': unlimitedJetStream() }],
    ['A', null],
  ]);
});

it('has those that it is told of in operator mode, whatever the configuration', () => {
  const { accounts, changes, use } = open();
  use({ trust: { ...defaultOptions().trust, keys: ['O'] } });
  expect(changes()).toEqual([]);
  accounts.tell({ accounts: [{ name: 'X', jetstream: limits }, { name: 'Y' }], gone: ['Z'] });
  expect(changes()).toEqual([
    ['X', limits],
    ['Y', null],
  ]);
  use({ trust: { ...defaultOptions().trust, keys: ['O'] } });
  accounts.tell({ accounts: [{ name: 'X', jetstream: structuredClone(limits) }], gone: [] });
  expect(changes()).toEqual([]);
  accounts.tell({ accounts: [{ name: 'Y', jetstream: limits }], gone: ['X'] });
  expect(changes()).toEqual([
    ['Y', limits],
    ['X', undefined],
  ]);
  expect([...accounts]).toEqual([['Y', limits]]);
});
