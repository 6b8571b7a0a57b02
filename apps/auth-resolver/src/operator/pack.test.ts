import { createSigningKey } from '@skein/nkeys';
import { noTrust, Trust } from '@skein/trust';
import { TestOperator, userOf } from '@skein/trust/testing';
import { beforeEach, expect, it } from 'vitest';
import { ClaimsService } from './claims-service.ts';
import { takeOver } from './pack.ts';
import { type ListingStore, StoreError } from './stores/account-store.ts';

const operator = new TestOperator();
const keys = Array.from({ length: 3 }, () => createSigningKey('account')).sort((a, b) =>
  a.publicKey < b.publicKey ? -1 : 1,
);
const token = (index: number, issuedAt: number): string => operator.account(keys[index], undefined, issuedAt);

/** A server's resolver, without a disk. */
class Resolver implements ListingStore {
  readonly tokens: Map<string, string>;
  readonly service: ClaimsService;
  readonly warnings: string[] = [];

  constructor(...tokens: [index: number, issuedAt: number][]) {
    this.tokens = new Map(tokens.map(([index, issuedAt]) => [keys[index].publicKey, token(index, issuedAt)]));
    this.service = new ClaimsService({
      mode: { update: async () => true, remove: async () => {} },
      store: this,
      kind: 'full',
      listing: this,
      allowDelete: false,
      trust: () => new Trust({ ...noTrust(), operators: [operator.jwt()] }),
      systemAccount: operator.system.publicKey,
      nowSeconds: () => 0,
      log: { debug: () => {}, error: () => {} },
    });
  }

  list = (): string[] => [...this.tokens.keys()].sort();
  lookup = async (account: string): Promise<string | undefined> => this.tokens.get(account);
  save = async (account: string, one: string): Promise<void> => void this.tokens.set(account, one);
  remove = async (): Promise<void> => {};
  close = async (): Promise<void> => {};

  take(message: string): Promise<boolean> {
    const log = { warn: (text: string) => void this.warnings.push(text) };
    return takeOver(message, { store: this, update: (account, one) => this.save(account, one), log });
  }

  /** Asks another server for all that it has. */
  async askOf(other: Resolver): Promise<boolean[]> {
    const answer = await other.service.answer('$SYS.REQ.CLAIMS.PACK', Buffer.alloc(32));
    const goOn: boolean[] = [];
    for (const text of (answer as { texts: string[] }).texts) goOn.push(await this.take(text));
    return goOn;
  }
}

let one: Resolver;
let other: Resolver;
beforeEach(() => {
  one = new Resolver([0, 100], [1, 200]);
  other = new Resolver([1, 100], [2, 300]);
});

it('two servers that ask each other have the same accounts, of each the newer token', async () => {
  expect(await one.askOf(other)).toEqual([true, true, false]);
  expect(await other.askOf(one)).toEqual([true, true, true, false]);
  const expected = [token(0, 100), token(1, 200), token(2, 300)];
  for (const { tokens } of [one, other]) expect([...tokens.values()].sort()).toEqual(expected.sort());
});

it.each([
  ['garbage', 'garbage'],
  ['no token', `${keys[0].publicKey}|`],
  ['a token of another account', `${keys[0].publicKey}|${token(1, 500)}`],
  ['a user', `${keys[0].publicKey}|${userOf(keys[0]).jwt}`],
  ['a forged one', `${keys[0].publicKey}|${token(0, 500).slice(0, -8)}AAAAAAAA`],
])('passes over %s', async (_, message) => {
  const before = [...one.tokens];
  expect(await one.take(message)).toBe(true);
  expect([[...one.tokens], one.warnings.length]).toEqual([before, 1]);
});

it('goes on where something can not be kept', async () => {
  one.save = () => Promise.reject(new StoreError('jwt store is full'));
  expect(await one.askOf(other)).toEqual([true, true, false]);
  expect(one.warnings).toEqual([`account ${keys[2].publicKey} of a pack is not kept: jwt store is full`]);
});
