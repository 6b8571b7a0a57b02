import { type AccountLimits, newDefinition } from '@skein/accounts';
import type { AuthResponse } from '@skein/bus';
import { beforeEach, describe, expect, it } from 'vitest';
import { OperatorAccounts } from './operator-accounts.ts';
import { Bench, type TestClient } from './testing/bench.ts';

type Allowed = Extract<AuthResponse, { allowed: true }>;

const rights = { user: 'U', account: 'A', expiresUnixMs: 0, subscriptionsMax: 0, payloadBytesMax: 0 };

let bench: Bench;
let accounts: OperatorAccounts;

beforeEach(() => {
  bench = new Bench({ authRequired: true, maxPayloadBytes: 100 });
  bench.member.link(9, 'auth-resolver');
  accounts = new OperatorAccounts(bench.gateway);
});

async function login(overrides: Partial<Allowed> = {}): Promise<TestClient> {
  const client = bench.stranger().say('CONNECT {"verbose":false,"pedantic":false,"jwt":"token"}\r\nSUB s 1\r\n');
  bench.member.asked.at(-1)?.answer({ allowed: true, ...rights, ...overrides });
  await bench.answers();
  return client;
}

const told = (limits: AccountLimits = {}, more: object = {}): Promise<string> =>
  accounts.changed(
    JSON.stringify({
      ...{ definition: { ...newDefinition('A'), limits }, token: 't', known: true, recheck: true },
      ...more,
    }),
  );

/** The auth-resolver's outcome for each live connection. */
async function recheck(...outcomes: object[]): Promise<void> {
  bench.member.requests.at(-1)?.answer(JSON.stringify(outcomes));
  await bench.answers();
}

it('an account that nobody has come for is only made where somebody is about to', async () => {
  await told();
  expect(bench.gateway.accounts.has('A')).toBe(false);
  await told({ connectionsMax: 0 }, { known: false, recheck: false });
  expect(bench.gateway.account('A').limits).toEqual({ connectionsMax: 0 });
  expect(bench.member.requests).toEqual([]);
});

describe('a changed account', () => {
  it.each<[string, object, string, string]>([
    ['revoked', { outcome: 'revoked' }, "-ERR 'User Authentication Revoked'\r\n", 'Credentials Revoked'],
    ['expired', { outcome: 'expired' }, "-ERR 'User Authentication Expired'\r\n", 'Authentication Expired'],
    [
      'whose account has expired',
      { outcome: 'account-expired' },
      "-ERR 'Account Authentication Expired'\r\n",
      'Authentication Expired',
    ],
    ['whose signer is gone', { outcome: 'gone' }, '', 'Authentication Failure'],
    ['refused', { outcome: 'refused' }, "-ERR 'Authorization Violation'\r\n", 'Authentication Failure'],
  ])('ends who is %s, before it is answered', async (_, outcome, text, reason) => {
    const [goes, stays] = [await login(), await login()];
    let isDone = false;
    const done = told().then(() => {
      isDone = true;
    });
    await bench.answers();
    expect([isDone, goes.connection.isClosed]).toEqual([false, false]);
    await recheck(outcome, { outcome: 'stays', ...rights });
    await done;
    expect([goes.hear(), goes.channel.closedWith, stays.connection.isClosed]).toEqual([text, reason, false]);
  });

  it('gives who stays the rights of now', async () => {
    const client = await login();
    const done = told({ payloadBytesMax: 50 });
    await recheck({ outcome: 'stays', ...rights, subscriptionsMax: 4, permissions: { subscribe: { deny: ['s'] } } });
    await done;
    expect([client.connection.payloadBytesMax, client.connection.subscriptionsMax]).toEqual([50, 4]);
    expect(client.hear()).toBe(`-ERR 'Permissions Violation for Subscription to "s" (sid "1")'\r\n`);
  });

  it('asks again for who could not be judged', async () => {
    await login();
    let isDone = false;
    const done = told().then(() => {
      isDone = true;
    });
    await recheck({ outcome: 'unchecked' });
    expect(isDone).toBe(false);
    bench.runtime.advance(100);
    await recheck({ outcome: 'stays', ...rights });
    await done;
  });

  it('lets the last go where there are too many', async () => {
    const clients = [await login(), await login(), await login()];
    const done = told({ connectionsMax: 1 });
    await recheck({ outcome: 'stays', ...rights });
    await done;
    expect(clients.map(({ channel }) => channel.closedWith)).toEqual([
      undefined,
      'Maximum Account Connections Exceeded',
      'Maximum Account Connections Exceeded',
    ]);
    expect(clients[1].hear()).toBe("-ERR 'maximum account active connections exceeded'\r\n");
  });

  it('is done when every gateway knows how many there are here', async () => {
    await login();
    bench.gateway.isSettled = () => false;
    let isDone = false;
    const done = told({ connectionsMax: 4 }).then(() => {
      isDone = true;
    });
    await recheck({ outcome: 'stays', ...rights });
    expect(isDone).toBe(false);
    bench.gateway.settled(bench.member.sequence);
    await done;
  });

  it('lets go who has more subscriptions than there may be', async () => {
    const client = await login();
    client.say('SUB t 2\r\n');
    await told({ subscriptionsMax: 1 });
    expect([client.hear(), client.channel.closedWith]).toEqual([
      "-ERR 'maximum subscriptions exceeded'\r\n",
      'Maximum Subscriptions Exceeded',
    ]);
  });
});

describe('who was let in by what an account was before', () => {
  const waiting = (): TestClient =>
    bench.stranger().say('CONNECT {"verbose":false,"pedantic":false,"jwt":"token"}\r\n');
  const letIn = (): void => void bench.member.asked.shift()?.answer({ allowed: true, ...rights });
  const refuse = (): void => void bench.member.asked.shift()?.answer({ allowed: false, error: '', reason: '' });

  it.each<[string, () => void]>([
    ['changed', () => void told()],
    ['was not known here', () => void told({}, { definition: newDefinition('A') })],
    ['is gone', () => void accounts.gone(JSON.stringify({ account: 'A' }))],
  ])('is asked about again: it %s', async (_, change) => {
    const client = waiting();
    // Both in one reading: the answer is looked at after the change.
    letIn();
    change();
    await bench.answers();
    expect(client.connection.account).toBe(null);
    refuse();
    await bench.answers();
    expect(client.connection.isClosed).toBe(true);
  });

  it('is asked about again where it waited for a place', async () => {
    await told({ connectionsMax: 5 }, { known: false, recheck: false });
    bench.gateway.isSettled = () => false;
    const client = waiting();
    letIn();
    await bench.answers();
    const done = told({ connectionsMax: 5 });
    await bench.answers();
    bench.gateway.settled(bench.member.sequence);
    await bench.answers();
    await done;
    expect(client.connection.account).toBe(null);
    refuse();
    await bench.answers();
    expect(client.connection.isClosed).toBe(true);
  });

  it('is not asked about for other accounts', async () => {
    const client = waiting();
    await told({}, { definition: newDefinition('B') });
    letIn();
    await bench.answers();
    expect(client.connection.account?.name).toBe('A');
  });
});

it('an account that is gone takes its clients along', async () => {
  const client = await login();
  accounts.gone(JSON.stringify({ account: 'A' }));
  expect([client.hear(), client.channel.closedWith]).toEqual([
    "-ERR 'Account Authentication Expired'\r\n",
    'Authentication Expired',
  ]);
  expect(accounts.gone(JSON.stringify({ account: 'B' }))).toBe('{}');
});

describe('limits of a user', () => {
  it.each<[string, Partial<Allowed>, AccountLimits, [number, number]]>([
    ['none', {}, {}, [100, Number.POSITIVE_INFINITY]],
    ['nothing at all', { payloadBytesMax: -1, subscriptionsMax: -1 }, {}, [0, 0]],
    ['an account with nothing at all', {}, { payloadBytesMax: 0, subscriptionsMax: 0 }, [0, 0]],
    ['more than the server allows', { payloadBytesMax: 500 }, {}, [100, Number.POSITIVE_INFINITY]],
  ])('%s', async (_, user, limits, expected) => {
    await told(limits, { known: false, recheck: false });
    const { connection } = await login(user);
    expect([connection.payloadBytesMax, connection.subscriptionsMax]).toEqual(expected);
  });
});

describe('a right that ends by itself', () => {
  it.each([
    [false, "-ERR 'User Authentication Expired'\r\n"],
    [true, "-ERR 'Account Authentication Expired'\r\n"],
  ])('with its account: %s', async (endsWithAccount, text) => {
    const client = await login({ expiresUnixMs: bench.runtime.wallMs() + 500, endsWithAccount });
    bench.runtime.advance(499);
    expect(client.connection.isClosed).toBe(false);
    bench.runtime.advance(1);
    expect([client.hear(), client.channel.closedWith]).toEqual([text, 'Authentication Expired']);
  });

  it('later than timers wait does not end now', async () => {
    const days = 24 * 3600 * 1000;
    bench = new Bench({ authRequired: true, pingIntervalMs: 100 * days, firstPing: false });
    const client = await login({ expiresUnixMs: bench.runtime.wallMs() + 30 * days });
    bench.runtime.advance(29 * days);
    expect(client.connection.isClosed).toBe(false);
    bench.runtime.advance(days);
    expect(client.connection.isClosed).toBe(true);
  });
});

describe('who can be affirmed here', () => {
  let others: TestClient[];
  beforeEach(async () => {
    const { standIn } = bench.gateway.admission;
    standIn.learn('A', 'token');
    standIn.admit = async ({ connectJson }) =>
      JSON.parse(connectJson).jwt === 'known' ? { allowed: true, ...rights } : undefined;
    others = ['known', 'other'].map((jwt) => bench.stranger().say(`CONNECT ${JSON.stringify({ jwt })}\r\n`));
  });
  const accountsOf = () => others.map(({ connection }) => connection.account?.name);

  it('comes in while the auth-resolver is away', async () => {
    for (const { fail } of bench.member.asked.splice(0)) fail();
    await bench.answers();
    expect(accountsOf()).toEqual(['A', undefined]);
    // The audit is to know of it.
    const { method, body } = bench.member.requests.at(-1)?.question ?? {};
    expect([method, JSON.parse(body ?? '').logins]).toMatchObject(['stand-in-logins', [{ account: 'A', user: 'U' }]]);
    // The other one is asked for again.
    bench.runtime.advance(50);
    expect(bench.member.asked).toHaveLength(1);
  });

  it('comes in while it is frozen; what that says later counts no more', async () => {
    bench.runtime.advance(499);
    await bench.answers();
    expect(accountsOf()).toEqual([undefined, undefined]);
    bench.runtime.advance(1);
    await bench.answers();
    expect(accountsOf()).toEqual(['A', undefined]);
    for (const { answer } of bench.member.asked) answer({ allowed: false, error: '', reason: '' });
    await bench.answers();
    expect(others.map(({ connection }) => connection.isClosed)).toEqual([false, true]);
  });

  it('waits for an auth-resolver that answers', async () => {
    for (const { answer } of bench.member.asked) answer({ allowed: false, error: '', reason: '' });
    await bench.answers();
    bench.runtime.advance(500);
    await bench.answers();
    expect(others.map(({ connection }) => connection.isClosed)).toEqual([true, true]);
  });
});
