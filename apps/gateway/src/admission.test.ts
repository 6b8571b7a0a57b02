import type { AuthResponse } from '@skein/bus';
import { describe, expect, it } from 'vitest';
import { Bench, type TestClient } from './testing/bench.ts';

const AUTH_TIMEOUT_MS = 2000;

const CONNECT = 'CONNECT {"verbose":false,"pedantic":false,"user":"u","pass":"p"}\r\n';

function allowed(overrides: Partial<Extract<AuthResponse, { allowed: true }>> = {}): AuthResponse {
  return {
    allowed: true,
    account: 'A',
    user: 'u',
    expiresUnixMs: 0,
    subscriptionsMax: 0,
    payloadBytesMax: 0,
    ...overrides,
  };
}

const refused = (error = '', reason = ''): AuthResponse => ({ allowed: false, error, reason });

function guarded(settings: ConstructorParameters<typeof Bench>[0] = {}): Bench {
  return new Bench({ authRequired: true, authTimeoutMs: AUTH_TIMEOUT_MS, ...settings });
}

async function admitted(bench: Bench, response = allowed()): Promise<TestClient> {
  const client = bench.stranger().say(CONNECT);
  bench.member.asked.at(-1)?.answer(response);
  await bench.answers();
  client.hear();
  return client;
}

describe('CONNECT, where one has to prove who one is', () => {
  it('is asked of the auth-resolver; nothing is read meanwhile', async () => {
    const bench = guarded();
    const client = bench.stranger().say(`${CONNECT}PING\r\n`);
    expect([client.channel.paused, client.hear()]).toEqual([true, '']);
    const [{ question, timeoutMs, answer }] = bench.member.asked;
    expect(timeoutMs).toBe(AUTH_TIMEOUT_MS);
    expect(question).toMatchObject({
      connection: client.connection.cid,
      host: '10.0.0.7',
      kind: 'STANDARD',
      tls: false,
    });
    expect(JSON.parse(question.connectJson)).toMatchObject({ user: 'u', pass: 'p' });
    answer(allowed());
    await bench.answers();
    expect([client.channel.paused, client.hear()]).toEqual([false, 'PONG\r\n']);
    expect(client.connection.account?.name).toBe('A');
    expect([...bench.gateway.account('A').connections]).toEqual([client.connection]);
    bench.runtime.advance(AUTH_TIMEOUT_MS + 1);
    expect(client.connection.isClosed).toBe(false);
  });

  it('counts what has arrived when its time is up', async () => {
    const bench = guarded();
    const client = bench.stranger();
    bench.runtime.advance(AUTH_TIMEOUT_MS, () => client.say(`${CONNECT}PING\r\n`));
    bench.member.asked[0].answer(allowed());
    await bench.answers();
    expect(client.hear()).toBe('PONG\r\n');
  });

  it.each([
    [refused(), "-ERR 'Authorization Violation'\r\n", ''],
    [refused('User Authentication Expired', 'expired'), "-ERR 'User Authentication Expired'\r\n", ' - expired'],
  ])('answered by %o', async (response, heard, logged) => {
    const bench = guarded();
    const client = bench.stranger().say(`${CONNECT}PING\r\n`);
    bench.member.asked[0].answer(response);
    await bench.answers();
    expect([client.hear(), client.channel.closedWith]).toEqual([heard, 'Authentication Failure']);
    expect(bench.gateway.counters.authFailures).toBe(1);
    expect(bench.log.lines).toContainEqual(
      expect.stringMatching(new RegExp(`^ERR .* - authentication error${logged}$`)),
    );
    expect(bench.member.slotsGivenBack).toBe(1);
  });

  it('is asked again while the auth-resolver is away', async () => {
    const bench = guarded();
    const client = bench.stranger().say(CONNECT);
    for (let i = 1; i <= 5; i++) {
      expect(bench.member.asked.length).toBe(i);
      bench.member.asked[i - 1].fail();
      await bench.answers();
      bench.runtime.advance(50);
    }
    bench.member.asked[5].answer(allowed());
    await bench.answers();
    expect(client.connection.account?.name).toBe('A');
  });

  it('is asked no more when its time is over', async () => {
    const bench = guarded();
    const client = bench.stranger().say(CONNECT);
    for (let i = 0; i < AUTH_TIMEOUT_MS / 50; i++) {
      bench.member.asked.at(-1)?.fail();
      await bench.answers();
      bench.runtime.advance(50);
    }
    expect([client.hear(), client.channel.closedWith]).toEqual([
      "-ERR 'Authentication Timeout'\r\n",
      'Authentication Timeout',
    ]);
    const asked = bench.member.asked.length;
    bench.member.asked.at(-1)?.answer(allowed());
    await bench.answers();
    bench.runtime.advance(60_000);
    expect([bench.member.asked.length, bench.runtime.timers]).toEqual([asked, 0]);
    expect(bench.gateway.account('A').connections.size).toBe(0);
  });

  it('that does not come ends the connection', () => {
    const bench = guarded();
    const client = bench.stranger();
    bench.runtime.advance(AUTH_TIMEOUT_MS);
    expect([client.channel.take().toString(), client.channel.closedWith]).toEqual([
      "-ERR 'Authentication Timeout'\r\n",
      'Authentication Timeout',
    ]);
  });

  it('again makes somebody else of the connection, whose subscriptions end', async () => {
    const bench = guarded();
    const client = await admitted(bench);
    client.say('SUB foo 1\r\n').say(CONNECT);
    bench.member.asked[1].answer(allowed({ account: 'B', user: 'b' }));
    await bench.answers();
    const { connection } = client;
    expect([connection.account?.name, connection.user, connection.subscriptions.size]).toEqual(['B', 'b', 0]);
    expect(bench.member.declared).toEqual(['A foo  1', 'A foo  0']);
    expect([bench.gateway.account('A').connections.size, bench.gateway.account('B').connections.size]).toEqual([0, 1]);
  });

  it('brings the limits of the user, and the end of their time', async () => {
    const bench = guarded({ maxPayloadBytes: 1000, maxSubscriptions: 7 });
    const expiresUnixMs = bench.runtime.wallMs() + 500;
    const limited = await admitted(bench, allowed({ payloadBytesMax: 10, subscriptionsMax: 1, expiresUnixMs }));
    const free = await admitted(bench);
    expect([limited.connection.payloadBytesMax, limited.connection.subscriptionsMax]).toEqual([10, 1]);
    expect([free.connection.payloadBytesMax, free.connection.subscriptionsMax]).toEqual([1000, 7]);
    expect(limited.say('SUB a 1\r\nSUB b 2\r\n').hear()).toBe("-ERR 'maximum subscriptions exceeded'\r\n");
    bench.runtime.advance(500);
    expect(limited.channel.take().toString()).toBe("-ERR 'User Authentication Expired'\r\n");
    expect(limited.channel.closedWith).toBe('Authentication Expired');
    expect(free.connection.isClosed).toBe(false);
  });

  it('answered with rights that nobody can read is the end of that connection alone', async () => {
    const bench = guarded();
    const client = await admitted(bench, allowed({ permissions: { publish: { allow: null as never } } }));
    expect([client.channel.closedWith, bench.member.slotsGivenBack]).toEqual(['Internal Error', 1]);
  });

  it.each(['"account":"A"', '"new_account":true'])('that names an account (%s) is refused', (field) => {
    const client = new Bench().stranger().say(`CONNECT {${field}}\r\n`);
    expect([client.hear(), client.channel.closedWith]).toEqual([
      "-ERR 'Authorization Violation'\r\n",
      'Authentication Failure',
    ]);
  });
});

describe('who speaks before CONNECT', () => {
  it.each(['PING\r\n', 'SUB foo 1\r\n', 'PUB foo 0\r\n\r\n', '\r\n'])('is refused for %j', (said) => {
    const bench = guarded();
    const client = bench.stranger().say(said);
    expect([client.hear(), client.channel.closedWith]).toEqual([
      "-ERR 'Authorization Violation'\r\n",
      'Authentication Failure',
    ]);
    expect(bench.member.asked.length).toBe(0);
  });

  it('comes in as no_auth_user where there is one, and is then heard', async () => {
    const bench = guarded({ mayStayNameless: true });
    const client = bench.stranger().say('PING\r\n').say('PING\r\n');
    expect(client.hear()).toBe('');
    expect(bench.member.asked.length).toBe(1);
    expect(JSON.parse(bench.member.asked[0].question.connectJson)).toMatchObject({ user: '', pass: '' });
    bench.member.asked[0].answer(allowed({ account: 'GUESTS' }));
    await bench.answers();
    expect([client.hear(), client.connection.account?.name]).toEqual(['PONG\r\nPONG\r\n', 'GUESTS']);
    expect(client.connection.greeted).toBe(false);
  });

  it('may still be saying CONNECT', () => {
    const bench = guarded();
    const client = bench.stranger().say('CONN').say(CONNECT.slice(4));
    expect([client.connection.isClosed, bench.member.asked.length]).toEqual([false, 1]);
  });
});

describe('a new configuration', () => {
  const outcomes = async (bench: Bench, list: unknown[]): Promise<void> => {
    bench.member.requests.at(-1)?.answer(JSON.stringify(list));
    await bench.answers();
  };

  it('has everybody looked at again, and each told what became of it', async () => {
    const bench = guarded();
    bench.member.link(9, 'auth-resolver');
    const clients: TestClient[] = [];
    for (let i = 0; i < 3; i++) clients.push(await admitted(bench));
    const stranger = bench.stranger();
    bench.gateway.admission.recheckAll(42);
    const { method, body } = bench.member.requests[0].question;
    expect(method).toBe('recheck');
    expect(JSON.parse(body)).toMatchObject({
      revision: 42,
      connections: clients.map(({ connection }) => ({ connection: connection.cid })),
    });
    await outcomes(bench, [{ outcome: 'stays', ...allowed() }, { outcome: 'refused' }, { outcome: 'gone' }]);
    expect(clients.map((client) => [client.hear(), client.channel.closedWith])).toEqual([
      ['', undefined],
      ["-ERR 'Authorization Violation'\r\n", 'Authentication Failure'],
      ['', 'Authentication Failure'],
    ]);
    expect(stranger.connection.isClosed).toBe(false);
  });

  it('has whoever comes in meanwhile looked at too, until the auth-resolver has it', async () => {
    const bench = guarded();
    bench.member.link(9, 'auth-resolver');
    bench.gateway.admission.recheckAll(42);
    expect(bench.member.requests).toEqual([]);
    const client = await admitted(bench);
    const { connection } = client;
    expect(JSON.parse(bench.member.requests[0].question.body)).toMatchObject({
      revision: 42,
      connections: [{ connection: connection.cid }],
    });
    await outcomes(bench, [{ outcome: 'gone' }]);
    expect(connection.isClosed).toBe(true);
    await admitted(bench);
    expect(bench.member.requests).toHaveLength(1);
  });

  it('lets go of those whose user is in another account now: their subscriptions were made in the old one', async () => {
    const bench = guarded();
    bench.member.link(9, 'auth-resolver');
    const client = await admitted(bench);
    bench.gateway.admission.recheckAll(1);
    await outcomes(bench, [{ outcome: 'stays', ...allowed({ account: 'B' }) }]);
    expect([client.hear(), client.channel.closedWith]).toEqual(['', 'Authentication Failure']);
  });

  it('asks again for those who could not be checked, and for them alone', async () => {
    const bench = guarded();
    bench.member.link(9, 'auth-resolver');
    const clients = [await admitted(bench), await admitted(bench)];
    bench.gateway.admission.recheckAll(1);
    await outcomes(bench, [{ outcome: 'unchecked' }, { outcome: 'stays', ...allowed() }]);
    bench.runtime.advance(50);
    await bench.answers();
    expect(bench.member.requests.length).toBe(2);
    const { connections } = JSON.parse(bench.member.requests[1].question.body);
    expect(connections).toMatchObject([{ connection: clients[0].connection.cid }]);
    await outcomes(bench, [{ outcome: 'refused' }]);
    bench.runtime.advance(1000);
    expect([clients[0].connection.isClosed, bench.member.requests.length]).toEqual([true, 2]);
  });

  it.each(['no JSON', '[]', 'null'])('takes %j for no answer', async (answer) => {
    const bench = guarded();
    bench.member.link(9, 'auth-resolver');
    const client = await admitted(bench);
    bench.gateway.admission.recheckAll(1);
    bench.member.requests[0].answer(answer);
    await bench.answers();
    bench.runtime.advance(50);
    await bench.answers();
    expect(bench.member.requests.length).toBe(2);
    await outcomes(bench, [{ outcome: 'gone' }]);
    expect(client.connection.isClosed).toBe(true);
  });

  it('asks until the auth-resolver is there and answers', async () => {
    const bench = guarded();
    const client = await admitted(bench);
    bench.gateway.admission.recheckAll(1);
    for (let i = 0; i < 4; i++) {
      await bench.answers();
      bench.runtime.advance(50);
    }
    expect(bench.member.requests.length).toBe(0);
    bench.member.link(9, 'auth-resolver');
    await bench.answers();
    bench.runtime.advance(50);
    await bench.answers();
    expect(bench.member.requests.length).toBe(1);
    bench.member.requests[0].fail();
    await bench.answers();
    bench.runtime.advance(50);
    await bench.answers();
    await outcomes(bench, [{ outcome: 'gone' }]);
    expect(client.connection.isClosed).toBe(true);
  });

  it('ends the subscriptions that it forbids, each with a word', async () => {
    const bench = guarded();
    bench.member.link(9, 'auth-resolver');
    const client = await admitted(bench);
    client.say('SUB foo 1\r\nSUB bar 2\r\nSUB gr\xc3\xbc\xc3\x9fe.x q 3\r\nSUB bar.* 4\r\n').hear();
    bench.gateway.admission.recheckAll(1);
    const permissions = { subscribe: { allow: ['bar', 'bar.*'], deny: ['bar.secret'] } };
    await outcomes(bench, [{ outcome: 'stays', ...allowed({ permissions }) }]);
    expect(client.hear()).toBe(
      `-ERR 'Permissions Violation for Subscription to "foo" (sid "1")'\r\n` +
        `-ERR 'Permissions Violation for Subscription to "gr\xc3\xbc\xc3\x9fe.x" using queue "q" (sid "3")'\r\n`,
    );
    expect([...client.connection.subscriptions.keys()]).toEqual(['2', '4']);
    expect(client.connection.subscriptions.get('4')?.filtered).toBe(true);
    expect(bench.member.declared.slice(-2)).toEqual(['A foo  0', 'A gr\xc3\xbc\xc3\x9fe.x q 0']);
    expect(bench.log.lines).toContain('INF Removed sub "foo" (sid "1") for User "u" - not authorized');
  });

  it('may give more time', async () => {
    const bench = guarded();
    bench.member.link(9, 'auth-resolver');
    const client = await admitted(bench, allowed({ expiresUnixMs: bench.runtime.wallMs() + 500 }));
    bench.gateway.admission.recheckAll(1);
    await outcomes(bench, [{ outcome: 'stays', ...allowed({ expiresUnixMs: bench.runtime.wallMs() + 900 }) }]);
    bench.runtime.advance(899);
    expect(client.connection.isClosed).toBe(false);
    bench.runtime.advance(1);
    expect(client.channel.closedWith).toBe('Authentication Expired');
  });

  it('with rights that nobody can read is the end of that connection alone', async () => {
    const bench = guarded();
    bench.member.link(9, 'auth-resolver');
    const clients = [await admitted(bench), await admitted(bench)];
    bench.gateway.admission.recheckAll(1);
    const unreadable = { ...allowed(), permissions: { publish: { allow: [null] } } };
    await outcomes(bench, [{ outcome: 'stays', ...unreadable }, { outcome: 'gone' }]);
    expect(clients.map(({ channel }) => channel.closedWith)).toEqual(['Internal Error', 'Authentication Failure']);
  });

  it('asks one question after the other, about no more at once than are soon answered', async () => {
    const bench = guarded();
    bench.member.link(9, 'auth-resolver');
    const clients = Array.from({ length: 150 }, () => bench.stranger().say(CONNECT));
    for (const { answer } of bench.member.asked) answer(allowed());
    await bench.answers();
    bench.gateway.admission.recheckAll(1);
    const sizes: number[] = [];
    while (sizes.length < bench.member.requests.length) {
      const { length } = JSON.parse(bench.member.requests[sizes.length].question.body).connections;
      sizes.push(length);
      await outcomes(bench, new Array(length).fill({ outcome: 'gone' }));
    }
    expect(sizes.reduce((sum, n) => sum + n)).toBe(clients.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64);
    expect(clients.filter(({ connection }) => !connection.isClosed)).toEqual([]);
  });

  it('ends the questions about the one before it', async () => {
    const bench = guarded();
    bench.member.link(9, 'auth-resolver');
    const client = await admitted(bench);
    bench.gateway.admission.recheckAll(1);
    bench.gateway.admission.recheckAll(2);
    const [first, second] = bench.member.requests;
    first.answer(JSON.stringify([{ outcome: 'gone' }]));
    await bench.answers();
    expect(client.connection.isClosed).toBe(false);
    second.answer(JSON.stringify([{ outcome: 'stays', ...allowed() }]));
    await bench.answers();
    bench.runtime.advance(1000);
    expect([client.connection.isClosed, bench.member.requests.length]).toEqual([false, 2]);
  });

  it('without authentication lets everybody do everything', async () => {
    const bench = guarded();
    const client = await admitted(bench, allowed({ permissions: { publish: { allow: [] } }, account: '$G' }));
    bench.gateway.applySettings({ ...bench.gateway.settings, authRequired: false });
    bench.gateway.admission.recheckAll(1);
    expect([client.connection.permissions, bench.member.requests.length]).toEqual([null, 0]);
  });
});
