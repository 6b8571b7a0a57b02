import { createSigningKey } from '@skein/nkeys';
import { noTrust, Trust } from '@skein/trust';
import { TestOperator, userOf } from '@skein/trust/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ClaimsAnswer, ClaimsService, type ClaimsServiceOptions } from './claims-service.ts';
import { type ListingStore, StoreError } from './stores/account-store.ts';
import { MemoryStore } from './stores/memory-store.ts';

const operator = new TestOperator();
const account = createSigningKey('account');
const other = createSigningKey('account').publicKey;
const token = operator.account(account);

/** A directory without a disk. */
class Listing extends MemoryStore implements ListingStore {
  readonly removed: string[] = [];
  list = (): string[] => [account.publicKey];
  async remove(one: string): Promise<void> {
    this.removed.push(one);
  }
}

let store: Listing;
let updated: string[];

beforeEach(() => {
  store = new Listing({ [account.publicKey]: token });
  updated = [];
});

function service(options: Partial<ClaimsServiceOptions> = {}): ClaimsService {
  const mode: ClaimsServiceOptions['mode'] = {
    update: async (one) => {
      updated.push(one);
      return true;
    },
    remove: async (accounts, fromStore) => {
      for (const one of accounts) await fromStore(one);
    },
  };
  return new ClaimsService({
    mode,
    store,
    kind: 'full',
    listing: store,
    allowDelete: true,
    trust: () => new Trust({ ...noTrust(), operators: [operator.jwt()] }),
    systemAccount: operator.system.publicKey,
    nowSeconds: () => Math.floor(Date.now() / 1000),
    log: { debug: () => {}, error: () => {} },
    ...options,
  });
}

const ask = (
  subject: string,
  body: string,
  options?: Partial<ClaimsServiceOptions>,
): Promise<ClaimsAnswer | undefined> => service(options).answer(subject, Buffer.from(body));
const failed = (why: string, of = 'n/a') => ({
  enveloped: { error: { account: of, code: 500, description: `jwt update resulted in error - ${why}` } },
});
const done = (message: string) => ({ enveloped: { data: { account: account.publicKey, code: 200, message } } });

// The answers are those that nats-server 2.15.2 was seen to give.
describe('UPDATE', () => {
  it.each([
    '$SYS.REQ.CLAIMS.UPDATE',
    `$SYS.REQ.ACCOUNT.${account.publicKey}.CLAIMS.UPDATE`,
    `$SYS.ACCOUNT.${account.publicKey}.CLAIMS.UPDATE`,
  ])('%s', async (subject) => {
    expect(await ask(subject, token)).toEqual(done('jwt updated'));
    expect(updated).toEqual([account.publicKey]);
  });

  it.each<[string, string, unknown]>([
    ['nothing', '', failed('expected 3 chunks')],
    ['garbage', 'garbage', failed('expected 3 chunks')],
    ['a user', userOf(account).jwt, failed('not account claim')],
    ['an operator', operator.jwt(), failed('not account claim')],
    ['a forged one', `${token.slice(0, -8)}AAAAAAAA`, failed('claim failed V2 signature verification')],
    ['more than a megabyte', 'a'.repeat(1024 * 1024 + 1), failed('token of more than 1048576 bytes')],
    [
      'one that can never be valid',
      operator.account(account, ({ nats }) => void Object.assign(nats, { info_url: 'nope' })),
      {
        enveloped: {
          error: {
            account: account.publicKey,
            code: 500,
            description: 'jwt validation failed - validation errors: [error parsing info url: no hostname or scheme]',
          },
        },
      },
    ],
  ])('of %s is refused, and nothing kept', async (_, body, answer) => {
    expect(await ask('$SYS.REQ.CLAIMS.UPDATE', body)).toEqual(answer);
    expect(updated).toEqual([]);
  });

  it.each(['$SYS.REQ.ACCOUNT', '$SYS.ACCOUNT'])('%s of another account is refused', async (prefix) => {
    expect(await ask(`${prefix}.${other}.CLAIMS.UPDATE`, token)).toEqual(
      failed('subject does not match jwt content', other),
    );
  });

  it('says why it could not be kept', async () => {
    const mode = { update: () => Promise.reject(new StoreError('jwt store is full')), remove: async () => {} };
    expect(await ask('$SYS.REQ.CLAIMS.UPDATE', token, { mode })).toEqual(
      failed('jwt store is full', account.publicKey),
    );
  });

  it.each([
    ['memory', 'jwt update skipped'],
    ['url', 'jwt update skipped'],
    ['cache', 'jwt update cache skipped'],
  ] as const)('%s: nobody has come for it', async (kind, message) => {
    const mode = { update: async () => false, remove: async () => {} };
    expect(await ask(`$SYS.REQ.ACCOUNT.${account.publicKey}.CLAIMS.UPDATE`, token, { kind, mode })).toEqual(
      done(message),
    );
  });
});

describe('LOOKUP', () => {
  it.each([
    [account.publicKey, { texts: [token] }],
    [other, { texts: [''] }],
    ['xyz', undefined],
    ['..', undefined],
  ])('%s', async (key, answer) => {
    expect(await ask(`$SYS.REQ.ACCOUNT.${key}.CLAIMS.LOOKUP`, '')).toEqual(answer);
  });
});

it('LIST', async () => {
  expect(await ask('$SYS.REQ.CLAIMS.LIST', '')).toEqual({ enveloped: { data: [account.publicKey] } });
});

it('PACK', async () => {
  expect(await ask('$SYS.REQ.CLAIMS.PACK', '')).toEqual({ texts: [`${account.publicKey}|${token}`, ''] });
});

describe('DELETE', () => {
  const by = operator.key.publicKey;
  const refused = (why: string, who = by) => ({
    enveloped: { error: { code: 500, description: `delete accounts request by ${who} failed - ${why}` } },
  });
  const stranger = createSigningKey('operator');
  const signing = createSigningKey('operator');

  it('of some accounts, there or not', async () => {
    const answer = await ask('$SYS.REQ.CLAIMS.DELETE', operator.deletion([account.publicKey, other]));
    expect(answer).toEqual({ enveloped: { data: { code: 200, message: 'deleted 2 accounts' } } });
    expect(store.removed).toEqual([account.publicKey, other]);
  });

  it('by a signing key', async () => {
    const trust = () =>
      new Trust({
        ...noTrust(),
        operators: [operator.jwt(({ nats }) => void nats.signing_keys.push(signing.publicKey))],
      });
    expect(await ask('$SYS.REQ.CLAIMS.DELETE', operator.deletion([], signing), { trust })).toEqual({
      enveloped: { data: { code: 200, message: 'deleted 0 accounts' } },
    });
  });

  it.each<[string, string, unknown]>([
    ['nothing', '', refused('expected 3 chunks', '')],
    ['somebody else', operator.deletion([account.publicKey], stranger), refused('not trusted', stranger.publicKey)],
    ['an account', operator.deletion([account.publicKey], account), refused('not trusted', account.publicKey)],
    ['the past', operator.deletion([other], operator.key, { exp: 1 }), refused('claim is expired')],
    ['the future', operator.deletion([other], operator.key, { nbf: 4_000_000_000 }), refused('claim is not yet valid')],
    ['no list', operator.deletion('x'), refused('malformed request')],
    ['something that is no account', operator.deletion(['../x']), refused('malformed request')],
    [
      'the system account',
      operator.deletion([operator.system.publicKey]),
      refused('not allowed to delete system account'),
    ],
    ['what is no request', token, refused('not self signed', account.publicKey)],
  ])('of or by %s is refused', async (_, body, answer) => {
    expect(await ask('$SYS.REQ.CLAIMS.DELETE', body)).toEqual(answer);
    expect(store.removed).toEqual([]);
  });

  it('where it is not allowed', async () => {
    expect(await ask('$SYS.REQ.CLAIMS.DELETE', operator.deletion([other]), { allowDelete: false })).toEqual(
      refused('delete must be enabled in server config'),
    );
  });
});

it.each([
  ['memory', 2],
  ['url', 2],
  ['cache', 5],
  ['full', 7],
] as const)('%s has as many subjects as nats-server', (kind, count) => {
  expect(service({ kind }).patterns()).toHaveLength(count);
});
