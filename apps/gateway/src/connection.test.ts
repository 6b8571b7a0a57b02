import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Origin } from './connection.ts';
import { Bench } from './testing/bench.ts';

describe('how log lines name a client', () => {
  const address = '10.0.0.7:4711 - cid:1';
  const origins: Record<string, Partial<Origin>> = {
    plain: {},
    webSocket: { kind: 'WEBSOCKET' },
    proxied: { kind: 'WEBSOCKET', forwardedFor: '[2001:db8::1]' },
  };

  it.each([
    ['plain', {}, address],
    ['webSocket', {}, '10.0.0.7:4711 - wid:1'],
    ['proxied', {}, '[2001:db8::1]/10.0.0.7:4711 - wid:1'],
    ['plain', { name: 'n' }, `${address} - "n"`],
    ['plain', { version: '1.2', lang: 'go', name: 'n' }, `${address} - "v1.2:go:n"`],
    ['plain', { lang: 'go', user: 'u', pass: 'p' }, `${address} - "go" - "$G/user:u"`],
    ['plain', { nkey: 'UK', user: 'u' }, `${address} - "$G/nkey:UK"`],
    ['plain', { auth_token: 's3cret' }, `${address} - "$G/token"`],
  ])('%s, having said %o', (origin, connect, label) => {
    const client = new Bench().stranger(origins[origin]).say(`CONNECT ${JSON.stringify(connect)}\r\n`);
    expect(client.connection.label()).toBe(label);
  });

  it('with a token: by its account, as people call it, and by its key', () => {
    const { connection } = new Bench().stranger().say('CONNECT {"jwt":"e.y.J","auth_token":"t"}\r\n');
    connection.user = 'UKEY';
    connection.account!.nameTag = 'ORDERS';
    expect(connection.label()).toBe(`${address} - "$G/ORDERS/jwt:UKEY"`);
  });

  it('says nothing of what a client claims before it is let in', () => {
    const client = new Bench({ authRequired: true }).stranger().say('CONNECT {"name":"n","user":"u"}\r\n');
    expect(client.connection.label()).toBe(address);
  });
});

describe('what a client is told', () => {
  it('is UTF-8 where it has said UTF-8', () => {
    const client = new Bench().client({ pedantic: true });
    const subject = 'gr\xc3\xbc\xc3\x9fe.\xe2\x82\xac'; // "grüße.€"
    client.connection.gateway.refusePublish(client.connection, subject);
    expect(client.hear()).toBe(`-ERR 'Permissions Violation for Publish to "${subject}"'\r\n`);
  });

  it('of the server is UTF-8', () => {
    const bench = new Bench();
    const client = bench.client();
    Object.assign(bench.gateway, { info: () => 'INFO {"server_name":"grüße €"}\r\n' });
    client.connection.sendInfo();
    expect(Buffer.from(client.hear(), 'latin1').toString()).toBe('INFO {"server_name":"grüße €"}\r\n');
  });
});

describe('a stream that cannot be read on', () => {
  it.each([
    ['FOO\r\n', "-ERR 'Unknown Protocol Operation'\r\n", 'Protocol Violation'],
    ['PUB foo 2\r\nhi__', "-ERR 'Unknown Protocol Operation'\r\n", 'Protocol Violation'],
    [`SUB ${'x'.repeat(5000)} 1\r\n`, "-ERR 'maximum control line exceeded'\r\n", 'Maximum Control Line Exceeded'],
    ['PUB foo 2000000\r\n', "-ERR 'Maximum Payload Violation'\r\n", 'Maximum Message Payload Exceeded'],
    ['PUB foo\r\n', '', 'Parse Error'],
    ['CONNECT {"user":1}\r\n', '', 'Protocol Violation'],
    ['CONNECT {"constructor":1,"protocol":2}\r\n', "-ERR 'invalid client protocol'\r\n", 'Bad Client Protocol Version'],
    [
      'CONNECT {"headers":false,"no_responders":true}\r\n',
      "-ERR 'no responders requires headers support'\r\n",
      'No Responders Requires Headers',
    ],
    ["-ERR 'x'\r\n", '', 'Parse Error'],
  ])('%j', (said, heard, reason) => {
    const client = new Bench().client().say(said).say('PING\r\n');
    expect([client.hear(), client.channel.closedWith]).toEqual([heard, reason]);
  });

  it("of one whose own limit is lower than the server's", () => {
    const client = new Bench().client();
    client.connection.payloadBytesMax = 3;
    expect(client.say('PUB foo 3\r\nabc\r\n').hear()).toBe('');
    expect(client.say('PUB foo 4\r\nabcd\r\n').hear()).toBe("-ERR 'Maximum Payload Violation'\r\n");
  });
});

describe('when it was last active', () => {
  it.each([
    ['PING\r\n', false],
    ['PONG\r\n', false],
    ['SUB foo 9\r\n', true],
    ['UNSUB 1\r\n', true],
    ['PUB nobody 0\r\n\r\n', true],
    ['CONNECT {"verbose":false}\r\n', true],
  ])('%j', (said, counts) => {
    const bench = new Bench();
    const client = bench.client().say('SUB foo 1\r\n');
    const before = client.connection.lastActiveWallMs;
    bench.runtime.advance(1000);
    client.say(said);
    expect(client.connection.lastActiveWallMs - before).toBe(counts ? 1000 : 0);
  });

  it('a message that it gets counts', () => {
    const bench = new Bench();
    const [client, other] = [bench.client().say('SUB foo 1\r\n'), bench.client()];
    const before = client.connection.lastActiveWallMs;
    bench.runtime.advance(1000);
    other.say('PUB foo 2\r\nhi\r\n');
    expect(client.hear()).toContain('hi');
    expect(client.connection.lastActiveWallMs - before).toBe(1000);
  });
});

describe('SUB', () => {
  it.each([
    ['SUB a..b 1\r\n', "-ERR 'Invalid Subject'\r\n"],
    ['SUB a.>.b 1\r\n', "-ERR 'Invalid Subject'\r\n"],
    ['SUB a.b.c.d 1\r\n', `-ERR 'Permissions Violation for Subscription to "a.b.c.d", too many tokens'\r\n`],
    ['SUB a 1\r\nSUB b 2\r\nSUB c 3\r\n', "-ERR 'maximum subscriptions exceeded'\r\n"],
  ])('%j is answered %s', (said, heard) => {
    const bench = new Bench({ maxSubscriptions: 2, maxSubscriptionTokens: 3 });
    expect(bench.client().say(said).hear()).toBe(heard);
  });

  it('with a sid that is in use changes nothing', () => {
    const bench = new Bench();
    const client = bench.client().say('SUB foo 1\r\nSUB bar 1\r\nPUB foo 0\r\n\r\nPUB bar 0\r\n\r\n');
    expect(client.hear()).toBe('MSG foo 1 0\r\n\r\n');
    expect(bench.member.declared).toEqual(['$G foo  1']);
  });
});

describe('PUB', () => {
  it.each(['_GR_.x', '$NRG.x'])('to %s, a subject between servers, is refused', (subject) => {
    const client = new Bench().client().say(`SUB > 1\r\nPUB ${subject} 0\r\n\r\n`);
    expect(client.hear()).toBe(`-ERR 'Permissions Violation for Publish to "${subject}"'\r\n`);
  });

  it('to a wildcard is delivered, and told to the pedantic', () => {
    const client = new Bench().client({ pedantic: true }).say('SUB foo.* 1\r\nPUB foo.* 0\r\n\r\n');
    expect(client.hear()).toBe("-ERR 'Invalid Publish Subject'\r\nMSG foo.* 1 0\r\n\r\n");
  });
});

describe('whatever clients say', () => {
  const word = fc.constantFrom(
    'a',
    'a.b',
    '*',
    '>',
    'a.*',
    '',
    '_INBOX.1',
    '..',
    '\xff',
    '1',
    '0',
    '-1',
    '2',
    'q',
    '99999999999',
  );
  const verb = fc.constantFrom(
    'PUB',
    'HPUB',
    'SUB',
    'UNSUB',
    'PING',
    'PONG',
    'CONNECT',
    'INFO',
    '+OK',
    '-ERR',
    'sub',
    'X',
  );
  const options = fc.constantFrom(
    '{}',
    'null',
    '[]',
    '{"__proto__":1}',
    '{"echo":false}',
    '{"verbose":true}',
    '{"headers":true}',
  );
  const line = fc.oneof(
    fc.tuple(verb, fc.array(word, { maxLength: 4 })).map(([name, words]) => `${[name, ...words].join(' ')}\r\n`),
    fc.tuple(word, word).map(([subject, reply]) => `PUB ${subject} ${reply} 2\r\nhi\r\n`),
    fc.tuple(word, word).map(([subject, sid]) => `SUB ${subject} q ${sid}\r\n`),
    options.map((json) => `CONNECT ${json}\r\n`),
    fc.string({ maxLength: 20, unit: fc.constantFrom('\r', '\n', ' ', 'P', 'U', 'B', '\0', '\xff') }),
  );
  const step = fc.tuple(
    fc.nat(2),
    fc.oneof({ weight: 8, arbitrary: line }, fc.constantFrom('congest', 'drain', 'turn', 'close')),
  );

  it('no defect of ours shows, and those that are gone have given everything back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const bench = new Bench({ maxPendingBytes: 500 });
        const clients = [bench.client(), bench.client({ echo: false }), bench.stranger()];
        for (const [index, what] of steps) {
          const { connection, channel } = clients[index];
          if (what === 'congest') channel.congested = true;
          else if (what === 'drain') channel.drain();
          else if (what === 'turn') bench.runtime.advance(10);
          else if (what === 'close') bench.gateway.close(connection, 'Client Closed');
          else clients[index].say(what);
        }
        for (const { connection } of clients) bench.gateway.close(connection, 'Client Closed');
        bench.runtime.advance(1000);
        expect(bench.log.lines.filter((text) => /Error:/.test(text))).toEqual([]);
        expect([bench.member.slotsGivenBack, bench.gateway.account('$G').local.size, bench.runtime.timers]).toEqual([
          3, 0, 0,
        ]);
        expect(bench.gateway.figures()).toMatchObject({ connections: 0, subscriptions: 0 });
      }),
      { numRuns: 300 },
    );
  });
});
