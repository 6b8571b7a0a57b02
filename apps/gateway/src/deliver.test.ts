import { compilePermissions } from '@skein/permissions';
import { describe, expect, it } from 'vitest';
import { Bench } from './testing/bench.ts';

const HEADERS = 'NATS/1.0\r\nA: b\r\n\r\n';
const withHeaders = `HPUB foo bar ${HEADERS.length} ${HEADERS.length + 2}\r\n${HEADERS}hi\r\n`;

describe('the frame', () => {
  it.each([
    ['PUB foo 2\r\nhi\r\n', {}, 'MSG foo 1 2\r\nhi\r\n'],
    ['PUB foo bar 2\r\nhi\r\n', {}, 'MSG foo 1 bar 2\r\nhi\r\n'],
    ['PUB foo 0\r\n\r\n', {}, 'MSG foo 1 0\r\n\r\n'],
    [withHeaders, {}, `HMSG foo 1 bar ${HEADERS.length} ${HEADERS.length + 2}\r\n${HEADERS}hi\r\n`],
    [withHeaders, { headers: false, no_responders: false }, 'MSG foo 1 bar 2\r\nhi\r\n'],
  ])('of %j, to a client with %o', (said, connect, heard) => {
    const bench = new Bench();
    const subscriber = bench.client(connect).say('SUB foo 1\r\n');
    bench.client().say(said);
    expect(subscriber.hear()).toBe(heard);
  });

  it('carries bytes as they are, any number of them', () => {
    const bench = new Bench();
    const subscriber = bench.client().say('SUB > s\r\n');
    const publisher = bench.client();
    for (const bytes of [1, 63, 64, 65, 1000, 70_000, 300_000]) {
      const payload = Array.from({ length: bytes }, (_, i) => String.fromCharCode((i * 7) & 255)).join('');
      publisher.say(`PUB gr\xfc\xdfe ${bytes}\r\n${payload}\r\n`);
      expect(subscriber.hear()).toBe(`MSG gr\xfc\xdfe s ${bytes}\r\n${payload}\r\n`);
    }
  });

  it('is counted at both ends, headers included where they go', () => {
    const bench = new Bench();
    const knows = bench.client().say('SUB foo 1\r\n').connection;
    const doesnt = bench.client({ headers: false, no_responders: false }).say('SUB foo 1\r\n').connection;
    const publisher = bench.client().say(withHeaders).connection;
    expect([publisher.inMsgs, publisher.inBytes]).toEqual([1, HEADERS.length + 2]);
    expect([knows.outMsgs, knows.outBytes, doesnt.outMsgs, doesnt.outBytes]).toEqual([1, HEADERS.length + 2, 1, 2]);
  });
});

describe('UNSUB with a maximum', () => {
  it.each([
    { before: 0, max: 2, after: 5, gets: 2 },
    { before: 0, max: 2, after: 2, gets: 2 },
    { before: 1, max: 3, after: 5, gets: 3 },
    { before: 3, max: 3, after: 5, gets: 3 },
    { before: 3, max: 3, after: 0, gets: 3 },
    { before: 4, max: 2, after: 5, gets: 4 },
    { before: 4, max: 2, after: 0, gets: 4 },
    { before: 0, max: 9, after: 5, gets: 5 },
  ])('of $max after $before messages, then $after', ({ before, max, after, gets }) => {
    const bench = new Bench();
    const subscriber = bench.client().say('SUB foo 1\r\n');
    const publisher = bench.client().say('PUB foo 0\r\n\r\n'.repeat(before));
    subscriber.say(`UNSUB 1 ${max}\r\n`);
    publisher.say('PUB foo 0\r\n\r\n'.repeat(after));
    expect(subscriber.hear()).toBe('MSG foo 1 0\r\n\r\n'.repeat(gets));
    const ended = gets >= max;
    expect(subscriber.connection.subscriptions.size).toBe(ended ? 0 : 1);
    expect(bench.member.declared.at(-1)).toBe(`$G foo  ${ended ? 0 : 1}`);
  });

  it('ends it in the middle of a message to several', () => {
    const bench = new Bench();
    const subscriber = bench.client().say('SUB foo 1\r\nSUB foo 2\r\nUNSUB 1 1\r\nUNSUB 2 2\r\n');
    bench.client().say('PUB foo 0\r\n\r\n'.repeat(3));
    const heard = subscriber.hear();
    expect([heard.split('MSG foo 1').length - 1, heard.split('MSG foo 2').length - 1]).toEqual([1, 2]);
  });
});

describe('permissions', () => {
  it('hide what is denied from a wildcard', () => {
    const bench = new Bench();
    const subscriber = bench.client();
    subscriber.connection.permissions = compilePermissions({ subscribe: { deny: ['foo.secret', 'foo.q q'] } });
    subscriber.say('SUB foo.* 1\r\nSUB foo.* q 2\r\n');
    bench.client().say('PUB foo.secret 0\r\n\r\nPUB foo.open 0\r\n\r\n');
    const heard = subscriber.hear();
    expect(heard).not.toContain('secret');
    expect(heard.split('\r\n\r\n').sort()).toEqual(['', 'MSG foo.open 1 0', 'MSG foo.open 2 0']);
  });

  it('count what was hidden as not received: a request for it ends in a 503', () => {
    const bench = new Bench();
    const subscriber = bench.client();
    subscriber.connection.permissions = compilePermissions({ subscribe: { deny: ['foo.secret'] } });
    subscriber.say('SUB foo.* 1\r\n');
    const asker = bench.client().say('SUB in 1\r\nPUB foo.secret in 0\r\n\r\n');
    expect(asker.hear()).toContain('NATS/1.0 503');
    expect(subscriber.connection.subscriptions.get('1')?.delivered).toBe(0);
  });

  it('let it answer a request as often as it may, and nothing else', () => {
    const bench = new Bench();
    const responder = bench.client();
    responder.connection.permissions = compilePermissions(
      { publish: { allow: [] }, responses: { max: 2, expiresMs: 100 } },
      () => bench.runtime.now(),
    );
    responder.say('SUB ask 1\r\n');
    const asker = bench.client().say('SUB in 1\r\nPUB ask in 0\r\n\r\n');
    responder.say('PUB in 1\r\n1\r\nPUB in 1\r\n2\r\nPUB in 1\r\n3\r\n');
    expect(asker.hear()).toBe('MSG in 1 1\r\n1\r\nMSG in 1 1\r\n2\r\n');
    expect(responder.hear()).toContain(`-ERR 'Permissions Violation for Publish to "in"'`);
    asker.say('PUB ask in 0\r\n\r\n');
    bench.runtime.advance(101);
    responder.say('PUB in 1\r\n4\r\n');
    expect(asker.hear()).toBe('');
  });
});

describe('a request that nobody takes', () => {
  const request = 'PUB ask in 0\r\n\r\n';
  const status = 'NATS/1.0 503\r\nNats-Subject: ask\r\n\r\n';
  const frame = (sid: string): string => `HMSG in ${sid} ${status.length} ${status.length}\r\n${status}\r\n`;

  it.each([
    { situation: 'goes to one subscription of its own', subs: 'SUB in 7\r\nSUB in 8\r\n', heard: frame('7') },
    { situation: 'is not told in a queue group', subs: 'SUB in q 7\r\n', heard: '' },
    { situation: 'is not told without a subscription to it', subs: '', heard: '' },
    { situation: 'counts against no maximum', subs: 'SUB in 7\r\nUNSUB 7 1\r\n', heard: frame('7') },
  ])('$situation', ({ subs, heard }) => {
    const bench = new Bench();
    const asker = bench.client().say(subs).say(request);
    expect(asker.hear()).toBe(heard);
    expect(asker.connection.subscriptions.size).toBe(subs === '' ? 0 : subs.match(/SUB in/g)?.length);
  });

  it("is nobody else's to hear of", () => {
    const bench = new Bench();
    const other = bench.client().say('SUB in 1\r\n');
    const asker = bench.client().say(`SUB in 2\r\n${request}`);
    expect([other.hear(), asker.hear()]).toEqual(['', frame('2')]);
  });

  it('is told only to those who asked for it', () => {
    const bench = new Bench();
    expect(bench.client({ no_responders: false }).say(`SUB in 1\r\n${request}`).hear()).toBe('');
  });
});
