import type { AccountMessage } from '@skein/accounts';
import type { AuthRequest, AuthResponse, Peer } from '@skein/bus';
import { type ClaimsOf, encodeJwt, newClaims } from '@skein/jwt';
import { createCurveKey, createSigningKey } from '@skein/nkeys';
import { noTrust, readUser, Trust } from '@skein/trust';
import { nowSeconds, TestOperator, type TestUser, userOf } from '@skein/trust/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AccountChange } from '../audit.ts';
import type { Ask } from '../callout/service.ts';
import { AccountBook } from './account-book.ts';
import { adoptAccounts } from './adoption.ts';
import { GatewayAccounts } from './gateway-accounts.ts';
import { OperatorMode } from './operator-mode.ts';
import { StoreAccounts } from './store-accounts.ts';
import type { AccountStore } from './stores/account-store.ts';
import { MemoryStore } from './stores/memory-store.ts';

const operator = new TestOperator();
const account = createSigningKey('account');
const importer = createSigningKey('account');
const past = nowSeconds() - 100;

/** The gateways as the auth-resolver sees them: what they are asked, and when they answer. */
class Gateways {
  readonly peers = new Map<number, Peer>();
  readonly links = new Map();
  readonly asked: { gateway: number; method: string; body: unknown }[] = [];
  answer: (gateway: number, method: string) => Promise<string> = async () => '{}';

  add(id: number): void {
    this.peers.set(id, { id, component: 'gateway' } as Peer);
  }

  request = async (gateway: number | 'router', method: string, body: string): Promise<string> => {
    this.asked.push({ gateway: gateway as number, method, body: JSON.parse(body) });
    return this.answer(gateway as number, method);
  };

  /** What has been asked of them since the last look: gateway, method, account. */
  taken(): [number, string, string][] {
    return this.asked.splice(0).map(({ gateway, method, body }) => {
      const { definition, account } = body as Partial<AccountMessage> & { account?: string };
      return [gateway, method, definition?.name ?? account ?? ''];
    });
  }
}

let nowMs: number;
let timers: { ms: number; fn: () => void }[];
let gateways: Gateways;
let store: AccountStore;
let book: AccountBook;
let mode: OperatorMode;
let warnings: string[];
let ask: Ask;
let changes: AccountChange[];

function open(preload: Record<string, string>): void {
  const trust = new Trust({ ...noTrust(), operators: [operator.jwt()] });
  const wallMs = () => nowMs;
  store = new MemoryStore(preload);
  book = new AccountBook(store, trust, wallMs);
  const runtime = {
    wallMs,
    setTimer: (ms: number, fn: () => void) => {
      const timer = { ms, fn };
      timers.push(timer);
      return { cancel: () => void timers.splice(timers.indexOf(timer), 1) };
    },
  } as never;
  const log = { debug: () => {}, warn: (text: string) => warnings.push(text) };
  mode = new OperatorMode({
    changed: (change) => changes.push(change),
    ask: (...question) => ask(...question),
    trust,
    store,
    book,
    gateways: new GatewayAccounts(gateways as never, async () => {}),
    stores: new StoreAccounts({
      bus: gateways,
      wait: () => new Promise(() => {}),
      definitionOf: (one) => book.known(one)?.definition,
      known: () => [...book.all()].map(([name]) => name),
      find: async () => {},
    }),
    runtime,
    log,
  });
}

beforeEach(() => {
  nowMs = Date.now();
  timers = [];
  warnings = [];
  changes = [];
  ask = () => Promise.reject(new Error('nobody is asked here'));
  gateways = new Gateways();
  gateways.add(1);
  gateways.add(2);
  open({ [account.publicKey]: operator.account(account, undefined, past) });
});

const request = ({ jwt, key }: TestUser, nonce = 'nonce', signed = nonce): AuthRequest => ({
  connection: 1,
  connectJson: JSON.stringify({ jwt, sig: Buffer.from(key.sign(Buffer.from(signed))).toString('base64url') }),
  nonce,
  host: '127.0.0.1',
  kind: 'STANDARD',
  tls: false,
  certificateSubject: '',
  certificateNames: [],
});
const login = (user: TestUser, gateway = 1): Promise<AuthResponse> => mode.login(request(user), gateway);
const revoking = (user: TestUser): string =>
  operator.account(account, ({ nats }) => void nats.revocations.set(user.key.publicKey, nowSeconds()));

describe('a login', () => {
  it('is answered when the gateway knows the account, which it is told of once', async () => {
    const user = userOf(account);
    expect(await login(user)).toMatchObject({ allowed: true, account: account.publicKey, user: user.key.publicKey });
    expect(gateways.taken()).toEqual([[1, 'account', account.publicKey]]);
    await login(userOf(account));
    expect(gateways.taken()).toEqual([]);
    await login(user, 2);
    expect(gateways.taken()).toEqual([[2, 'account', account.publicKey]]);
    expect(mode.figures).toMatchObject({ allowed: 3, refused: {} });
  });

  it('brings along what the account imports from', async () => {
    open({
      [account.publicKey]: operator.account(account),
      [importer.publicKey]: operator.account(importer, ({ nats }) => {
        const one = { account: account.publicKey, subject: 's', type: 'stream', token: '', to: '', local_subject: '' };
        nats.imports.push({ ...one, name: '', share: false, allow_trace: false } as never);
      }),
    });
    await login(userOf(importer));
    expect(gateways.taken().map(([, , name]) => name)).toEqual([importer.publicKey, account.publicKey]);
  });

  it.each<[string, () => AuthRequest, string]>([
    ['another nonce signed', () => request(userOf(account), 'new', 'old'), 'Signature not verified'],
    ['no nonce', () => request(userOf(account), '', ''), 'Signature not verified'],
    ['no account there', () => request(userOf(importer)), 'Account JWT lookup error: account missing'],
    ['no token', () => ({ ...request(userOf(account)), connectJson: '{}' }), 'Authentication requires a user JWT'],
    ['no JSON', () => ({ ...request(userOf(account)), connectJson: '{' }), 'Authentication requires a user JWT'],
  ])('with %s is refused', async (_, asked, detail) => {
    expect(await mode.login(asked(), 1)).toMatchObject({ allowed: false, error: '', detail });
    expect(gateways.taken()).toEqual([]);
  });

  it('is not let in by a token that was changed, however often the right one came before', async () => {
    const user = userOf(account);
    await login(user);
    const forged = { ...user, jwt: `${user.jwt.slice(0, -8)}AAAAAAAA` };
    expect(await login(forged)).toMatchObject({ allowed: false });
  });

  it('is refused where the gateway can not be told of the account', async () => {
    gateways.answer = () => Promise.reject(new Error('peer gone'));
    expect(await login(userOf(account))).toMatchObject({ allowed: false, detail: 'peer gone' });
    gateways.answer = async () => '{}';
    expect(await login(userOf(account))).toMatchObject({ allowed: true });
  });
});

describe('an import', () => {
  const other = createSigningKey('account');
  const importing = (...exporters: { publicKey: string }[]): string =>
    operator.account(importer, ({ nats }) => {
      for (const { publicKey } of exporters) {
        const one = { account: publicKey, subject: 's', type: 'stream', token: '', to: '', local_subject: '' };
        nats.imports.push({ ...one, name: '', share: false, allow_trace: false } as never);
      }
    });

  it('from an account that appears later comes to those who wait for it', async () => {
    const activated = operator.account(importer, ({ nats }) => {
      const claims = newClaims('activation', importer.publicKey);
      Object.assign(claims.nats, { subject: 's', kind: 'stream' });
      const token = encodeJwt(claims, account, nowSeconds());
      const one = { account: account.publicKey, subject: 's', type: 'stream', token, to: '', local_subject: '' };
      nats.imports.push({ ...one, name: '', share: false, allow_trace: false } as never);
    });
    open({ [importer.publicKey]: activated });
    await login(userOf(importer));
    expect(gateways.taken()).toEqual([[1, 'account', importer.publicKey]]);
    await mode.update(account.publicKey, operator.account(account), true);
    const bodies = gateways.asked.map(({ gateway, body }) => [gateway, body as AccountMessage] as const);
    expect(bodies.map(([gateway, { definition }]) => [gateway, definition.name])).toEqual([
      [1, account.publicKey],
      [1, importer.publicKey],
      [2, importer.publicKey],
    ]);
    expect(bodies[1][1].definition.imports).toMatchObject([{ activated: true }]);
  });

  it('that is new brings along what it is from, where the importer is known', async () => {
    open({ [account.publicKey]: operator.account(account), [importer.publicKey]: importing() });
    await login(userOf(importer), 2);
    gateways.taken();
    await mode.update(importer.publicKey, importing(account, other), true);
    expect(gateways.taken()).toEqual([
      [1, 'account', importer.publicKey],
      [2, 'account', importer.publicKey],
      [2, 'account', account.publicKey],
    ]);
    await mode.update(importer.publicKey, importing(account), true);
    expect(gateways.taken()).toHaveLength(2);
    // A gateway that knew nothing of it has heard of the update in vain.
    await login(userOf(importer), 1);
    expect(gateways.taken()).toEqual([
      [1, 'account', importer.publicKey],
      [1, 'account', account.publicKey],
    ]);
  });

  it('of a stream is known to whichever gateways know the exporter', async () => {
    open({ [account.publicKey]: operator.account(account), [importer.publicKey]: importing(account) });
    await login(userOf(importer), 2);
    gateways.taken();
    await login(userOf(account), 1);
    expect(gateways.taken()).toEqual([
      [1, 'account', account.publicKey],
      [1, 'account', importer.publicKey],
    ]);
    // The other way round.
    open({ [account.publicKey]: operator.account(account), [importer.publicKey]: importing(account) });
    await login(userOf(account), 1);
    gateways.taken();
    await login(userOf(importer), 2);
    expect(gateways.taken().sort()).toEqual(
      [
        [1, 'account', importer.publicKey],
        [2, 'account', account.publicKey],
        [2, 'account', importer.publicKey],
      ].sort(),
    );
    await login(userOf(importer), 2);
    await login(userOf(account), 1);
    expect(gateways.taken()).toEqual([]);
  });

  it('of a stream that is new is known to the gateways of the exporter before the update is answered', async () => {
    open({ [account.publicKey]: operator.account(account), [importer.publicKey]: importing() });
    await login(userOf(account), 1);
    await login(userOf(importer), 2);
    gateways.taken();
    await mode.update(importer.publicKey, importing(account), true);
    const told = gateways.asked.filter(({ gateway, body }) => gateway === 1 && !(body as AccountMessage).known);
    expect(told.map(({ body }) => (body as AccountMessage).definition.name)).toEqual([importer.publicKey]);
  });

  it('is one of as many as there may be', async () => {
    const exporters = Array.from({ length: 150 }, () => createSigningKey('account'));
    const tokens = exporters.map((one) => [one.publicKey, operator.account(one)]);
    open({ ...Object.fromEntries(tokens), [importer.publicKey]: importing(...exporters) });
    await login(userOf(importer));
    expect(gateways.taken()).toHaveLength(151);
  });
});

describe('an update', () => {
  it('of how many may be connected is counted when every gateway has looked, and answered after that', async () => {
    await login(userOf(account), 1);
    gateways.taken();
    const slow = Promise.withResolvers<string>();
    gateways.answer = async (gateway, method) => (gateway === 2 && method === 'account' ? slow.promise : '{}');
    const limited = operator.account(account, ({ nats }) => Object.assign(nats.limits, { conn: 3 }));
    const done = mode.update(account.publicKey, limited, true);
    await new Promise(setImmediate);
    expect(gateways.taken().map(([gateway, method]) => [gateway, method])).toEqual([
      [1, 'account'],
      [2, 'account'],
    ]);
    slow.resolve('{}');
    await done;
    expect(gateways.taken()).toEqual([
      [1, 'account-counted', account.publicKey],
      [2, 'account-counted', account.publicKey],
    ]);
    // A gateway of the release before knows nothing of it, and is not asked for ever.
    gateways.answer = async (_, method) => {
      if (method === 'account-counted') throw new Error('unknown method account-counted');
      return '{}';
    };
    const less = operator.account(account, ({ nats }) => Object.assign(nats.limits, { conn: 2 }));
    expect(await mode.update(account.publicKey, less, true)).toBe(true);
  });

  it('is done when every gateway lives by it', async () => {
    const user = userOf(account, undefined, past);
    await login(user);
    gateways.taken();
    const slow = Promise.withResolvers<string>();
    gateways.answer = (gateway) => (gateway === 2 ? slow.promise : Promise.resolve('{}'));
    let isDone = false;
    const update = mode.update(account.publicKey, revoking(user), false).then(() => {
      isDone = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(gateways.taken()).toEqual([
      [1, 'account', account.publicKey],
      [2, 'account', account.publicKey],
    ]);
    expect(isDone).toBe(false);
    slow.resolve('{}');
    await update;
    expect(await login(user)).toMatchObject({ allowed: false, detail: 'User authentication revoked' });
    expect(await mode.recheck(request(user))).toMatchObject({ outcome: 'revoked' });
    expect(await login(userOf(account))).toMatchObject({ allowed: true });
  });

  it('is told to a gateway until it answers, or has left', async () => {
    await login(userOf(account));
    let failures = 3;
    gateways.answer = async (gateway) => {
      if (gateway === 1 && failures-- > 0) throw new Error('timeout');
      if (gateway === 2) {
        gateways.peers.delete(2);
        throw new Error('peer gone');
      }
      return '{}';
    };
    expect(await mode.update(account.publicKey, operator.account(account), false)).toBe(true);
    expect(failures).toBe(-1);
  });

  it.each([
    ['signed by itself', operator.account(account, undefined, undefined, account)],
    ['signed by another operator', new TestOperator().account(account)],
    ['expired', operator.account(account, (claims) => void Object.assign(claims, { exp: past }))],
  ])('%s is kept, and changes nothing', async (_, token) => {
    const user = userOf(account);
    await login(user);
    gateways.taken();
    expect(await mode.update(account.publicKey, token, false)).toBe(true);
    expect([await store.lookup(account.publicKey), gateways.taken()]).toEqual([token, []]);
    expect(await login(user)).toMatchObject({ allowed: true });
    expect(warnings).toHaveLength(1);
    // Whoever reads it anew does not take it for more than it is.
    book.forget(account.publicKey);
    expect(await login(user)).toMatchObject({ allowed: false });
  });

  it('of an account that nobody has come for is kept where that is wanted', async () => {
    const token = operator.account(importer);
    expect(await mode.update(importer.publicKey, token, false)).toBe(false);
    expect(await store.lookup(importer.publicKey)).toBeUndefined();
    expect(await mode.update(importer.publicKey, token, true)).toBe(true);
    expect([await store.lookup(importer.publicKey), gateways.taken()]).toEqual([token, []]);
  });
});

it('removing an account closes it everywhere', async () => {
  const user = userOf(account);
  await login(user);
  gateways.taken();
  await mode.remove([account.publicKey], (one) => store.save(one, 'gone'));
  expect(gateways.taken()).toEqual([
    [1, 'account-gone', account.publicKey],
    [2, 'account-gone', account.publicKey],
  ]);
  expect(await mode.recheck(request(user))).toMatchObject({ outcome: 'account-expired' });
});

it('other operators by a reload: their accounts come, the former ones go', async () => {
  const other = new TestOperator();
  await login(userOf(account));
  gateways.taken();
  const trust = new Trust({ ...noTrust(), operators: [other.jwt()] });
  await mode.use(trust, { [importer.publicKey]: other.account(importer) });
  expect(gateways.taken().map(([, method]) => method)).toEqual(['account-gone', 'account-gone']);
  expect(await login(userOf(account))).toMatchObject({ allowed: false });
  expect(await login(userOf(importer))).toMatchObject({ allowed: true });
});

describe('an auth-resolver that takes the place of another', () => {
  const adopt = (isLasting: boolean) =>
    adoptAccounts({
      bus: gateways as never,
      wait: async () => {},
      store,
      isLasting,
      book,
      gateways: new GatewayAccounts(gateways as never, async () => {}),
    });

  it('lets nobody in by an older token than the gateways have', async () => {
    const user = userOf(account, undefined, past);
    const newer = revoking(user);
    gateways.answer = async (gateway, method) =>
      method === 'account-tokens' && gateway === 2
        ? JSON.stringify({ tokens: [[account.publicKey, newer]], more: false })
        : JSON.stringify({ tokens: [], more: false });
    await adopt(false);
    expect(await store.lookup(account.publicKey)).toBe(newer);
    expect(await login(user)).toMatchObject({ allowed: false, detail: 'User authentication revoked' });
  });

  it.each([true, false])(
    'has updates hold for who has come by its predecessor (kept on disk: %s)',
    async (isLasting) => {
      const user = userOf(account, undefined, past);
      const token = (await store.lookup(account.publicKey)) as string;
      gateways.answer = async (_, method) =>
        method === 'account-tokens' ? JSON.stringify({ tokens: [[account.publicKey, token]], more: false }) : '{}';
      await adopt(isLasting);
      gateways.taken();
      expect(await mode.update(account.publicKey, revoking(user), false)).toBe(true);
      expect(gateways.taken()).toEqual([
        [1, 'account', account.publicKey],
        [2, 'account', account.publicKey],
      ]);
    },
  );

  it('has activations end that its predecessor knew of', async () => {
    const activated = operator.account(importer, ({ nats }) => {
      const claims = newClaims('activation', importer.publicKey);
      Object.assign(claims.nats, { subject: 's', kind: 'stream' });
      claims.exp = nowSeconds() + 100;
      const token = encodeJwt(claims, account, nowSeconds());
      const one = { account: account.publicKey, subject: 's', type: 'stream', token, to: '', local_subject: '' };
      nats.imports.push({ ...one, name: '', share: false, allow_trace: false } as never);
    });
    open({ [account.publicKey]: operator.account(account), [importer.publicKey]: activated });
    const tokens = [account, importer].map(({ publicKey }) => [publicKey, '']);
    gateways.answer = async (_, method) =>
      method === 'account-tokens' ? JSON.stringify({ tokens, more: false }) : '{}';
    await mode.goOn(await adopt(true));
    const importOf = () => (gateways.asked.at(-1)?.body as AccountMessage | undefined)?.definition.imports;
    expect(importOf()).toMatchObject([{ activated: true }]);
    nowMs += 102_000;
    for (const { fn } of timers.splice(0)) fn();
    await new Promise((resolve) => setImmediate(resolve));
    expect(importOf()).toMatchObject([{ activated: false }]);
  });

  it('tells the gateways what its predecessor had kept and not told', async () => {
    const kept = operator.account(account);
    await store.save(account.publicKey, kept);
    gateways.answer = async () =>
      JSON.stringify({ tokens: [[account.publicKey, operator.account(account, undefined, past)]], more: false });
    await adopt(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(gateways.taken()).toEqual([
      [1, 'account-tokens', ''],
      [2, 'account-tokens', ''],
      [1, 'account', account.publicKey],
      [2, 'account', account.publicKey],
    ]);
  });
});

describe('an account with an authorization service', () => {
  const [auth, service] = [createSigningKey('account'), createSigningKey('user')];
  const bearer = () =>
    userOf(auth, (claims) => {
      claims.nats.bearer_token = true;
      claims.name = 'sentinel';
    });
  const [signing, xkey] = [createSigningKey('account').publicKey, createCurveKey().publicKey];
  let asked: Parameters<Ask>[];
  let given: TestUser;

  const tokens = (allowed: string[]) => ({
    [account.publicKey]: operator.account(account, undefined, past),
    [importer.publicKey]: operator.account(importer, undefined, past),
    [auth.publicKey]: operator.account(auth, ({ nats }) => {
      nats.authorization = { auth_users: [service.publicKey], allowed_accounts: allowed, xkey };
      nats.signing_keys.set(signing, undefined);
    }),
  });

  beforeEach(() => {
    open(tokens([account.publicKey]));
    asked = [];
    given = userOf(account, (claims) => {
      claims.name = 'Bob';
      claims.exp = nowSeconds() + 100;
      claims.nats.payload = 10;
    });
    ask = async (...question) => {
      asked.push(question);
      return { token: given.jwt, user: readUser(given.jwt) as never };
    };
  });

  it('has it say who somebody is, and in which account', async () => {
    const response = await login(bearer());
    expect(response).toMatchObject({ allowed: true, account: account.publicKey, user: 'Bob', grant: given.jwt });
    // Here the token's limits hold.
    expect(response).toMatchObject({ payloadBytesMax: 10, expiresUnixMs: expect.any(Number) });
    const [{ nameTag }, place] = asked[0];
    expect([nameTag, place]).toEqual([
      'sentinel',
      { account: auth.publicKey, issuer: auth.publicKey, xkey, maySign: expect.any(Function) },
    ]);
    expect([place.maySign(signing), place.maySign(account.publicKey)]).toEqual([true, false]);
    expect(gateways.taken()).toEqual([[1, 'account', account.publicKey]]);
  });

  it('is not asked about the service itself, nor about users of other accounts', async () => {
    expect(await login(userOf(auth, undefined, past, service))).toMatchObject({ account: auth.publicKey });
    expect(await login(userOf(importer))).toMatchObject({ account: importer.publicKey });
    expect(asked).toEqual([]);
  });

  it('is not asked about who can not prove to be whom a token names', async () => {
    const forged = { ...request(userOf(auth)), nonce: 'another' };
    expect(await mode.login(forged, 1)).toMatchObject({ allowed: false, detail: 'Signature not verified' });
    expect(asked).toEqual([]);
  });

  it.each<[string, string[], boolean]>([
    ['those that are named', [importer.publicKey], true],
    ['all', ['*'], true],
    ['none but its own', [], false],
  ])('places users in %s', async (_, allowed, places) => {
    open(tokens(allowed));
    given = userOf(importer);
    const response = await login(bearer());
    expect(response.allowed).toBe(places);
    if (!response.allowed) expect(response.detail).toContain('not permitted as valid account option');
    given = userOf(auth);
    expect(await login(bearer())).toMatchObject({ allowed: true, account: auth.publicKey });
  });

  it('whom it refuses is refused', async () => {
    ask = async () => ({ detail: 'no', cause: 'callout' });
    expect(await login(bearer())).toMatchObject({ allowed: false, detail: 'no', cause: 'callout' });
  });

  it('live connections are judged by the token that it made, without asking', async () => {
    const live = (grant: string) => mode.recheck({ ...request(bearer()), grant });
    await login(bearer());
    asked = [];
    expect(await live(given.jwt)).toMatchObject({ outcome: 'stays', account: account.publicKey, user: 'Bob' });
    expect(await live('')).toMatchObject({ outcome: 'gone' });
    const everybody = ({ nats }: ClaimsOf<'account'>) => void nats.revocations.set('*', nowSeconds());
    await mode.update(account.publicKey, operator.account(account, everybody), true);
    expect(await live(given.jwt)).toMatchObject({ outcome: 'revoked' });
    nowMs += 200_000;
    expect(await live(given.jwt)).toMatchObject({ outcome: 'expired' });
    expect(asked).toEqual([]);
    expect(changes).toEqual([
      { account: account.publicKey, action: 'changed', by: operator.key.publicKey, reason: 'CLAIMS.UPDATE' },
    ]);
  });
});
