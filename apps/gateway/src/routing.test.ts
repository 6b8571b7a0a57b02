import { seededRandom } from '@skein/bus/simulation';
import { describe, expect, it } from 'vitest';
import { Bench } from './testing/bench.ts';

/** Which of those with something to say have said it: counts by name. */
const count = (text: string, part: string): number => text.split(part).length - 1;

describe('plain subscriptions', () => {
  it('get each message once per subscription, in the order it was published', () => {
    const bench = new Bench();
    const subscriber = bench.client().say('SUB foo 1\r\nSUB f* 2\r\nSUB * 3\r\n');
    bench.client().say('PUB foo 1\r\na\r\nPUB foo 1\r\nb\r\n');
    const heard = subscriber.hear();
    expect(heard).toMatch(/^(MSG foo [13] 1\r\na\r\n){2}(MSG foo [13] 1\r\nb\r\n){2}$/);
  });

  it('of the publisher itself get it unless it asked for no echo', () => {
    const bench = new Bench();
    const other = bench.client().say('SUB foo 1\r\n');
    expect(bench.client().say('SUB foo 9\r\nPUB foo 0\r\n\r\n').hear()).toBe('MSG foo 9 0\r\n\r\n');
    expect(bench.client({ echo: false }).say('SUB foo 9\r\nPUB foo 0\r\n\r\n').hear()).toBe('');
    expect(other.hear()).toBe('MSG foo 1 0\r\n\r\n'.repeat(2));
  });

  it('of another account get nothing', () => {
    const bench = new Bench();
    const stranger = bench.client().say('SUB foo 1\r\n');
    bench.gateway.account('B').setRemote(2, 'foo', '', 1);
    const link = bench.member.link(2);
    const publisher = bench.client();
    publisher.connection.account = bench.gateway.account('C');
    publisher.say('PUB foo 0\r\n\r\n');
    expect([stranger.hear(), link.delivered.length]).toEqual(['', 0]);
  });
});

describe('queue groups', () => {
  it.each([
    { local: 1, remotes: [[2, 1]], shares: [1 / 2, 1 / 2] },
    { local: 2, remotes: [[2, 6]], shares: [1 / 4, 3 / 4] },
    {
      local: 1,
      remotes: [
        [2, 2],
        [3, 5],
      ],
      shares: [1 / 8, 2 / 8, 5 / 8],
    },
    {
      local: 0,
      remotes: [
        [2, 1],
        [3, 3],
      ],
      shares: [0, 1 / 4, 3 / 4],
    },
  ])('$local here and $remotes elsewhere get their share', ({ local, remotes, shares }) => {
    const bench = new Bench();
    const seed = 20_260_101;
    bench.runtime.chance = seededRandom(seed);
    const subscriber = bench.client();
    for (let i = 0; i < local; i++) subscriber.say(`SUB work q ${i}\r\n`);
    const links = remotes.map(([id, weight]) => {
      bench.gateway.account('$G').setRemote(id, 'work', 'q', weight);
      return bench.member.link(id);
    });
    const messages = 4000;
    bench.client().say('PUB work 0\r\n\r\n'.repeat(messages));
    const got = [count(subscriber.hear(), 'MSG work'), ...links.map(({ delivered }) => delivered.length)];
    expect(got.reduce((sum, n) => sum + n, 0)).toBe(messages);
    for (const [i, n] of got.entries()) expect(n / messages, `seed ${seed}: ${got}`).toBeCloseTo(shares[i], 1);
  });

  it('spread over their members here', () => {
    const bench = new Bench();
    bench.runtime.chance = seededRandom(7);
    const subscriber = bench.client().say('SUB work q 1\r\nSUB * q 2\r\nSUB work q 3\r\nSUB > q 4\r\n');
    bench.client().say('PUB work 0\r\n\r\n'.repeat(400));
    const heard = subscriber.hear();
    for (const sid of [1, 2, 3, 4]) expect(count(heard, `MSG work ${sid} `)).toBeGreaterThan(60);
    expect(count(heard, 'MSG')).toBe(400);
  });

  it('each get one, in one frame for each process, beside its plain interest', () => {
    const bench = new Bench();
    const account = bench.gateway.account('$G');
    account.setRemote(2, 'foo', 'q1', 1);
    account.setRemote(2, '>', 'q2', 1);
    account.setRemote(2, '*', '', 1);
    account.setRemote(3, 'foo', 'q3', 1);
    account.setRemote(4, 'foo', '', 1);
    const links = [2, 3, 4].map((id) => bench.member.link(id));
    bench.client().say('PUB foo answer 2\r\nhi\r\n');
    const frames = links.map(({ delivered }) => delivered);
    expect(frames.map(({ length }) => length)).toEqual([1, 1, 1]);
    const [[two], [three], [four]] = frames;
    expect([two.plain, [...two.queues].sort()]).toEqual([true, ['q1', 'q2']]);
    expect([three.plain, three.queues]).toEqual([false, ['q3']]);
    expect([four.plain, four.queues]).toEqual([true, []]);
    expect(two).toMatchObject({ account: '$G', subject: 'foo', reply: 'answer', payload: 'hi', headerBytes: 0 });
  });

  it('pass over members that are closing, and the publisher without echo', () => {
    const bench = new Bench();
    const other = bench.client().say('SUB foo q 1\r\n');
    const self = bench.client({ echo: false }).say('SUB foo q 2\r\n');
    for (const chance of [0, 0.5, 0.99]) {
      bench.runtime.chance = () => chance;
      self.say('PUB foo 0\r\n\r\n');
    }
    expect([count(other.hear(), 'MSG foo 1 '), self.hear()]).toEqual([3, '']);
  });

  it('without a member here that takes it go to a process that has one', () => {
    const bench = new Bench();
    bench.gateway.account('$G').setRemote(2, 'foo', 'q', 1);
    const link = bench.member.link(2);
    bench.client({ echo: false }).say('SUB foo q 1\r\nPUB foo 0\r\n\r\n');
    expect(link.delivered.map(({ queues }) => queues)).toEqual([['q']]);
  });

  it.each([0, 0.3, 0.6, 0.9])('pass over a process without a link (chance %d)', (chance) => {
    const bench = new Bench();
    bench.runtime.chance = () => chance;
    const account = bench.gateway.account('$G');
    account.setRemote(2, 'foo', 'q', 4);
    account.setRemote(3, 'foo', 'q', 1);
    account.setRemote(2, 'bar', 'q', 4);
    const link = bench.member.link(3);
    const subscriber = bench.client().say('SUB bar q 1\r\n');
    bench.client().say('PUB foo 0\r\n\r\nPUB bar 0\r\n\r\n');
    expect([link.delivered.length, subscriber.hear()]).toEqual([1, 'MSG bar 1 0\r\n\r\n']);
  });
});

describe('requests over links', () => {
  const request = 'PUB ask _INBOX.1 2\r\nhi\r\n';

  it('carry the asker and the number of processes that they went to', () => {
    const bench = new Bench();
    const account = bench.gateway.account('$G');
    for (const id of [2, 3, 4]) account.setRemote(id, 'ask', '', 1);
    const links = [2, 3].map((id) => bench.member.link(id));
    const asker = bench.client();
    asker.say(request);
    const { cid } = asker.connection;
    // Process 4 can't be sent to: it will not answer either.
    for (const { delivered } of links) expect(delivered).toMatchObject([{ request: cid, targets: 2 }]);
    expect(asker.hear()).toBe('');
  });

  it.each([
    { why: 'somebody here took it', connect: {}, before: 'SUB ask 1\r\n', text: request },
    { why: 'a queue member here took it', connect: {}, before: 'SUB ask q 1\r\n', text: request },
    { why: 'the asker wants no status', connect: { no_responders: false }, before: '', text: request },
    { why: 'there is no reply subject', connect: {}, before: '', text: 'PUB ask 2\r\nhi\r\n' },
  ])('are none when $why', ({ connect, before, text }) => {
    const bench = new Bench();
    bench.gateway.account('$G').setRemote(2, 'ask', '', 1);
    const link = bench.member.link(2);
    bench.client().say(before);
    bench.client(connect).say(text);
    expect(link.delivered).toMatchObject([{ request: 0 }]);
  });

  it('end in a 503 at once when no link takes them', () => {
    const bench = new Bench();
    bench.gateway.account('$G').setRemote(2, 'ask', '', 1);
    bench.member.link(2).takes = false;
    const asker = bench.client().say(`SUB _INBOX.* 1\r\n${request}`);
    expect(asker.hear()).toMatch(/^HMSG _INBOX\.1 1 \d+ \d+\r\nNATS\/1\.0 503\r\nNats-Subject: ask\r\n\r\n\r\n$/);
  });
});

describe('requests to JetStream', () => {
  const asked = (subject: string, said: string) => {
    const bench = new Bench();
    bench.gateway.account('$G').setRemote(2, '$JS.>', '', 1);
    const store = bench.member.link(2, 'jetstream-store');
    const head = `NATS/1.0\r\n${said}\r\n\r\n`;
    const client = bench.client({ name: 'tester', lang: 'x', version: '1', headers: true });
    client.say(`HPUB ${subject} ${head.length} ${head.length + 4}\r\n${head}body\r\n`);
    return store.delivered[0]?.payload.toString() ?? '';
  };

  it.each(['$JS.API.STREAM.INFO.S', '$JS.hub.API.STREAM.INFO.S'])('%s says who asks', (subject) => {
    const [, told = '', body] =
      /^NATS\/1\.0\r\nX: y\r\nNats-Request-Info: (.*)\r\n\r\n(.*)$/.exec(asked(subject, 'X: y')) ?? [];
    expect(body).toBe('body');
    expect(JSON.parse(told)).toMatchObject({ acc: '$G', name: 'tester', lang: 'x', ver: '1', kind: 'Client' });
  });

  it('no client says for itself who it is', () => {
    expect(asked('$JS.API.INFO', 'nats-request-info: {"acc":"OTHER"}')).not.toContain('OTHER');
  });

  it.each(['$JS.API.CONSUMER.MSG.NEXT.S.C', '$JS.API.DIRECT.GET.S', '$JS.ACK.S.C.1'])('%s goes as it is', (subject) => {
    expect(asked(subject, 'X: y')).toBe('NATS/1.0\r\nX: y\r\n\r\nbody');
  });
});
