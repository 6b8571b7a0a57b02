import {
  type AccountDefinition,
  type JetStreamAccountsMessage,
  newDefinition,
  unlimitedJetStream,
} from '@skein/accounts';
import type { Link } from '@skein/bus';
import { beforeEach, expect, it } from 'vitest';
import { StoreAccounts } from './store-accounts.ts';

const limits = { '': unlimitedJetStream() };
const define = (name: string, jetstream?: typeof limits): AccountDefinition => ({
  ...newDefinition(name),
  ...(jetstream && { jetstream }),
});
const store = (id: number, component = 'jetstream-store'): Link => ({ peer: { id, component } }) as Link;

interface Asked {
  to: number;
  message: JetStreamAccountsMessage;
  answer(stored?: string[]): void;
  fail(): void;
}

let asked: Asked[];
let book: Map<string, AccountDefinition>;
let waits: { ms: number; end(): void }[];
let looked: string[];
let accounts: StoreAccounts;
let find: (account: string) => Promise<void>;

beforeEach(() => {
  [asked, waits, looked] = [[], [], []];
  book = new Map([define('A', limits), define('B')].map((one) => [one.name, one]));
  find = async (name) => {
    looked.push(name);
    if (name !== 'NOBODY') book.set(name, define(name, limits));
  };
  accounts = new StoreAccounts({
    bus: {
      links: new Map(),
      request: (to, _method, body) =>
        new Promise((resolve, reject) => {
          const answer = (stored?: string[]): void => resolve(JSON.stringify({ ...(stored && { stored }) }));
          asked.push({ to: to as number, message: JSON.parse(body), answer, fail: () => reject(new Error('no')) });
        }),
    },
    wait: (ms) => new Promise((resolve) => waits.push({ ms, end: resolve })),
    definitionOf: (name) => book.get(name),
    known: () => book.keys(),
    find: (name) => find(name),
  });
});

/** Everything that promises lead to. */
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function ended(work: Promise<unknown>): Promise<boolean> {
  let has = false;
  work.then(() => {
    has = true;
  });
  await soon();
  return has;
}
const next = (): Asked => asked.shift() as Asked;
const complete = { accounts: [], gone: [], begins: false, complete: true };

/** The first conversation with a store that has no streams. */
async function begun(id: number): Promise<void> {
  accounts.joined(store(id));
  next().answer();
  await soon();
  const last = next();
  expect([last.to, last.message]).toEqual([id, complete]);
  last.answer();
  await soon();
}

it('tells a store of all that are known when it comes, and of those that it has streams of', async () => {
  accounts.joined(store(7));
  accounts.joined(store(8, 'gateway'));
  const first = next();
  expect([first.to, asked.length]).toEqual([7, 0]);
  expect(first.message).toEqual({
    accounts: [{ name: 'A', jetstream: limits }, { name: 'B' }],
    gone: [],
    begins: true,
    complete: false,
  });
  first.answer(['C', 'NOBODY']);
  await soon();
  expect(looked).toEqual(['C', 'NOBODY']);
  const second = next();
  expect(second.message).toEqual({
    accounts: [{ name: 'C', jetstream: limits }],
    gone: [],
    begins: false,
    complete: false,
  });
  second.answer();
  await soon();
  // Nothing is held for it from now on.
  expect(next().message).toEqual(complete);
});

it('says that it was all when nothing is left to be found, whatever else is told meanwhile', async () => {
  const found = Promise.withResolvers<void>();
  find = () => found.promise;
  accounts.joined(store(7));
  next().answer(['C']);
  await soon();
  book.set('D', define('D'));
  accounts.changed(['D']);
  const one = next();
  expect(one.message).toMatchObject({ accounts: [{ name: 'D' }], complete: false });
  one.answer();
  await soon();
  expect(asked).toEqual([]);
  found.resolve();
  await soon();
  expect(next().message).toEqual(complete);
});

it('lets somebody in when stores know the account, or do not answer for half a second', async () => {
  await begun(7);
  expect(await ended(accounts.introduce(['A', 'B']))).toBe(true);
  book.set('C', define('C'));
  const coming = accounts.introduce(['A', 'C']);
  expect(await ended(coming)).toBe(false);
  expect(next().message).toEqual({ accounts: [{ name: 'C' }], gone: [], begins: false, complete: true });
  expect(waits.map(({ ms }) => ms)).toEqual([500]);
  waits[0]?.end();
  expect(await ended(coming)).toBe(true);
});

it('a change ends when every store lives by it, however often it has to be told; or has left', async () => {
  await begun(7);
  await begun(8);
  book.set('A', define('A'));
  book.delete('B');
  const change = accounts.changed(['A', 'B', 'NOBODY']);
  const message = { accounts: [{ name: 'A' }], gone: ['B'], begins: false, complete: true };
  expect(asked.map(({ to, message: one }) => [to, one])).toEqual([
    [7, message],
    [8, message],
  ]);
  next().fail();
  next().answer();
  expect(await ended(change)).toBe(false);
  waits.at(-1)?.end();
  await soon();
  expect(next()).toMatchObject({ to: 7, message });
  accounts.left(7);
  waits.at(-1)?.end();
  expect(await ended(change)).toBe(false);
});

it('says last what holds last, when an account changes while it is told', async () => {
  await begun(7);
  book.set('C', define('C', limits));
  const first = accounts.changed(['C']);
  book.delete('C');
  const second = accounts.changed(['C']);
  next().answer();
  await soon();
  expect(next().message).toEqual({ accounts: [], gone: ['C'], begins: false, complete: true });
  expect(await ended(Promise.race([first, second]))).toBe(false);
});

it('begins anew when a link does', async () => {
  await begun(7);
  accounts.joined(store(7));
  expect(next().message).toMatchObject({ begins: true, accounts: [{ name: 'A' }, { name: 'B' }] });
});
