import type { ServiceExport, ServiceImport, StreamImport } from '@skein/accounts';
import { describe, expect, it } from 'vitest';
import { AccountsBench } from './testing/accounts-bench.ts';
import type { TestClient } from './testing/bench.ts';
import { Transit } from './transit.ts';

const service = (subject: string, more: Partial<ServiceExport> = {}): ServiceExport => ({
  kind: 'service',
  subject,
  responseType: 'Singleton',
  allowTrace: false,
  ...more,
});
const takes = (account: string, subject: string, to?: string, share = false): ServiceImport => ({
  ...{ kind: 'service', account, subject, share },
  ...(to === undefined ? {} : { to }),
});
const listens = (account: string, subject: string, to?: string): StreamImport => ({
  ...{ kind: 'stream', account, subject, allowTrace: false },
  ...(to === undefined ? {} : { to }),
});

/** The reply subject of the only message that came. */
function replyOf(heard: string): string {
  return / (_R_\.\S+) /.exec(heard)?.[1] ?? '';
}

function say(client: TestClient, subject: string, text: string, reply = ''): void {
  client.say(`PUB ${subject} ${reply === '' ? '' : `${reply} `}${text.length}\r\n${text}\r\n`);
}

describe('an imported stream', () => {
  const exporter = { name: 'A', exports: [{ kind: 'stream' as const, subject: 's.>' }] };

  it('is heard under its local subject, by queue groups too, and not again by who imports it from the importer', async () => {
    const bench = new AccountsBench([
      exporter,
      { name: 'B', imports: [listens('A', 's.*.*', 'b.$2.$1')], exports: [{ kind: 'stream', subject: 'b.>' }] },
      { name: 'C', imports: [listens('B', 'b.>')] },
    ]);
    const [a, b, c] = [await bench.in('A'), await bench.in('B', ['b.>', 'b.y.x q']), await bench.in('C', ['>'])];
    say(a, 's.x.y', 'hi');
    expect(b.hear()).toBe('MSG b.y.x 1 2\r\nhi\r\nMSG b.y.x 2 2\r\nhi\r\n');
    say(a, 's.x', 'no');
    expect([a.hear(), b.hear(), c.hear()]).toEqual(['', '', '']);
  });

  it('comes under permissions for the local subject', async () => {
    const bench = new AccountsBench([exporter, { name: 'B', imports: [listens('A', 's.*', 'b.$1')] }]);
    const a = await bench.in('A');
    const b = await bench.in('B', ['b.*'], { permissions: { subscribe: { deny: ['b.x'] } } });
    say(a, 's.x', '1');
    say(a, 's.y', '2');
    expect(b.hear()).toBe('MSG b.y 1 1\r\n2\r\n');
  });

  it('begins and ends with the import, and with the export, while clients are there', async () => {
    const bench = new AccountsBench([exporter, { name: 'B' }]);
    const [a, b] = [await bench.in('A'), await bench.in('B', ['>'])];
    const arrives = (): boolean => {
      say(a, 's.x', 'hi');
      return b.hear() !== '';
    };
    expect(arrives()).toBe(false);
    bench.define({ name: 'B', imports: [listens('A', 's.x')] });
    expect(arrives()).toBe(true);
    bench.define({ name: 'A', exports: [{ kind: 'stream', subject: 's.x', accounts: ['C'] }] });
    expect(arrives()).toBe(false);
    bench.define(exporter);
    expect(arrives()).toBe(true);
    bench.gateway.definitions.remove('B');
    expect(arrives()).toBe(false);
  });

  it('is heard by whoever begins to listen, and no longer by who ends', async () => {
    const bench = new AccountsBench([exporter, { name: 'B', imports: [listens('A', 's.*')] }]);
    const [a, b] = [await bench.in('A'), await bench.in('B')];
    const arrives = (): boolean => {
      say(a, 's.x', 'hi');
      return b.hear() !== '';
    };
    expect(arrives()).toBe(false);
    b.say('SUB s.x 1\r\n');
    expect([arrives(), arrives()]).toEqual([true, true]);
    b.say('UNSUB 1\r\n');
    expect(arrives()).toBe(false);
    b.say('SUB > q 2\r\n');
    expect(arrives()).toBe(true);
  });

  it('has no part in what comes from a third account as a request', async () => {
    const bench = new AccountsBench([
      { name: 'A', exports: [...exporter.exports, service('s.>')] },
      { name: 'B', imports: [listens('A', 's.*')] },
      { name: 'C', imports: [takes('A', 's.*')] },
    ]);
    const [a, b] = [await bench.in('A', ['>']), await bench.in('B', ['>'])];
    say(await bench.in('C'), 's.x', 'hi');
    expect([a.hear() !== '', b.hear()]).toEqual([true, '']);
  });

  it('goes to other processes in the importing account', async () => {
    const bench = new AccountsBench([exporter, { name: 'B', imports: [listens('A', 's.*', 'b.*')] }]);
    const link = bench.member.link(9);
    bench.gateway.account('B').setRemote(9, 'b.x', '', 1);
    say(await bench.in('A'), 's.x', 'hi');
    expect(link.delivered).toMatchObject([{ account: 'B', subject: 'b.x', payload: 'hi', plain: true }]);
  });
});

describe('an imported service', () => {
  const accounts = [
    { name: 'A', exports: [service('q.>')] },
    { name: 'B', imports: [takes('A', 'q.*', 'ask.*')] },
  ];

  it('is asked in its own account, told who asks, and answers once', async () => {
    const bench = new AccountsBench(accounts);
    const [a, b] = [await bench.in('A', ['q.*']), await bench.in('B', ['inbox', 'ask.>'])];
    say(b, 'ask.1', 'question', 'inbox');
    const heard = a.hear();
    const reply = replyOf(heard);
    expect(reply).toMatch(/^_R_\.1\.[\w-]{16}0$/);
    expect(heard).toContain('HMSG q.1 1 ');
    expect(heard).toContain('NATS/1.0\r\nNats-Request-Info: {"acc":"B"}\r\n\r\nquestion\r\n');
    say(a, reply, 'answer');
    say(a, reply, 'again');
    expect(b.hear()).toBe('MSG ask.1 2 inbox 8\r\nquestion\r\nMSG inbox 1 6\r\nanswer\r\n');
    expect(bench.gateway.interchange.replies.size).toBe(0);
  });

  it('is told no more than the import shares, and nothing that the client says in its place', async () => {
    const bench = new AccountsBench([accounts[0], { name: 'B', imports: [takes('A', 'q.*', undefined, true)] }]);
    const [a, b] = [await bench.in('A', ['q.*']), await bench.in('B')];
    const header = 'NATS/1.0\r\nX: y\r\nNats-Request-Info: {"acc":"A"}\r\n\r\n';
    b.say(`HPUB q.1 ${header.length} ${header.length + 2}\r\n${header}hi\r\n`);
    const heard = a.hear();
    expect(heard).toContain('NATS/1.0\r\nX: y\r\nNats-Request-Info: {"start":"');
    expect(heard).toContain('"host":"10.0.0.7","id":2,"acc":"B","user":"of-B","name":"n"');
    expect(heard).not.toContain('{"acc":"A"}');
    expect(heard.endsWith('}\r\n\r\nhi\r\n')).toBe(true);
  });

  it('is told who the client is now, not who it was', async () => {
    const bench = new AccountsBench([accounts[0], { name: 'B', imports: [takes('A', 'q.*', undefined, true)] }]);
    const [a, b] = [await bench.in('A', ['q.*']), await bench.in('B')];
    say(b, 'q.1', '1');
    expect(a.hear()).toContain('"user":"of-B","name":"n",');
    b.say('CONNECT {"verbose":false,"headers":true,"no_responders":true,"name":"other"}\r\n');
    const limits = { expiresUnixMs: 0, subscriptionsMax: 0, payloadBytesMax: 0 };
    bench.member.asked.at(-1)?.answer({ allowed: true, account: 'B', user: 'somebody', ...limits });
    await bench.answers();
    say(b, 'q.1', '2');
    expect(a.hear()).toContain('"user":"somebody","name":"other",');
  });

  it.each([
    ['without a first line', 'Nats-Request-Info: {"acc":"A"}\r\n\r\n', ''],
    ['after a bare LF', 'NATS/1.0\r\nX: y\nNats-Request-Info: {"acc":"A"}\r\n\r\n', '\r\nX: y'],
    ['after a bare CR', 'NATS/1.0\r\nX: y\rNats-Request-Info: {"acc":"A"}\r\n\r\n', '\r\nX: y'],
    ['in small letters', 'NATS/1.0\r\nnats-request-info: {"acc":"A"}\r\n\r\n', ''],
    ['with blanks around the name', 'NATS/1.0\r\nX: y\r\n Nats-Request-Info : {"acc":"A"}\r\n\r\n', '\r\nX: y'],
    ['twice', 'NATS/1.0\r\nNats-Request-Info: {"acc":"A"}\r\nNats-Request-Info: {"acc":"A"}\r\n\r\n', ''],
    ['before an empty line that hides the gateway’s', 'NATS/1.0\r\nX: y\r\n\r\nZ: {"acc":"A"}\r\n\r\n', '\r\nX: y'],
    ['before an empty line of LF', 'NATS/1.0\nX: y\n\nZ: {"acc":"A"}\r\n\r\n', '\nX: y'],
    ['with no end that the gateway’s would run into', 'NATS/1.0\r\nX: y', '\r\nX: y'],
    ['cut short', 'NATS/1', ''],
  ])('is told by the gateway alone who asks: a header %s', async (_name, header, kept) => {
    const bench = new AccountsBench(accounts);
    const [a, b] = [await bench.in('A', ['q.*']), await bench.in('B')];
    b.say(`HPUB ask.1 inbox ${header.length} ${header.length + 2}\r\n${header}hi\r\n`);
    expect(a.hear()).toContain(`\r\nNATS/1.0${kept}\r\nNats-Request-Info: {"acc":"B"}\r\n\r\nhi\r\n`);
  });

  it('passes a request on, and its answer back, over several accounts', async () => {
    const bench = new AccountsBench([
      accounts[0],
      { ...accounts[1], exports: [service('ask.*')] },
      { name: 'C', imports: [takes('B', 'ask.*', 'c.*')] },
    ]);
    const [a, b, c] = [await bench.in('A', ['>']), await bench.in('B', ['>']), await bench.in('C', ['inbox'])];
    say(c, 'c.1', 'question', 'inbox');
    const heard = a.hear();
    expect(heard).toContain('{"acc":"C","svc":"B"}');
    say(a, replyOf(heard), 'answer');
    expect(c.hear()).toBe('MSG inbox 1 6\r\nanswer\r\n');
    expect(b.hear()).toContain('HMSG ask.1 1 _R_');
  });

  it('goes on being answered after its import has ended, as nats-server does it; nothing more is asked', async () => {
    const streaming = { name: 'A', exports: [service('ask.*', { responseType: 'Streamed' as const })] };
    const bench = new AccountsBench([streaming, { name: 'B', imports: [takes('A', 'ask.*')] }]);
    const [a, b] = [await bench.in('A', ['ask.*']), await bench.in('B', ['inbox'])];
    say(b, 'ask.1', 'question', 'inbox');
    const reply = replyOf(a.hear());
    say(a, reply, 'one');
    bench.define({ name: 'B' });
    bench.define({ name: 'A' });
    say(a, reply, 'two');
    expect(b.hear()).toBe('MSG inbox 1 3\r\none\r\nMSG inbox 1 3\r\ntwo\r\n');
    say(b, 'ask.1', 'question', 'inbox');
    expect([a.hear(), b.hear()]).toEqual(['', expect.stringContaining('NATS/1.0 503')]);
  });

  it('comes round to nobody twice, where accounts import from each other', async () => {
    const mesh = (names: string[]): AccountsBench =>
      new AccountsBench(
        names.map((name) => ({
          name,
          exports: [service('q')],
          imports: names.filter((other) => other !== name).map((other) => takes(other, 'q')),
        })),
      );
    const count = (client: TestClient): number => client.hear().match(/MSG q /g)?.length ?? 0;
    const two = mesh(['A', 'B']);
    const [a, b] = [await two.in('A', ['q']), await two.in('B', ['q'])];
    say(a, 'q', 'hi');
    expect([count(a), count(b)]).toEqual([1, 1]);
    // There are 13,699 ways through eight.
    const names = [...'ABCDEFGH'];
    const eight = mesh(names);
    const clients = await Promise.all(names.map((name) => eight.in(name, ['q'])));
    say(clients[0], 'q', 'hi', 'inbox');
    expect(clients.map(count).reduce((sum, one) => sum + one)).toBe(1 + 7 + 1024);
    say(clients[0], 'q', 'hi');
    expect(clients.map(count).reduce((sum, one) => sum + one)).toBe(1 + 7 + 1024);
  });

  it('may be what an answer asks in turn', async () => {
    const bench = new AccountsBench(accounts);
    const [a, b] = [await bench.in('A', ['>']), await bench.in('B')];
    say(b, 'ask.1', 'question', 'ask.2');
    say(a, replyOf(a.hear()), 'answer');
    expect(a.hear()).toMatch(/HMSG \S*2 1 /);
  });

  it('nobody serves: the requester is told, and nothing is waited for', async () => {
    const bench = new AccountsBench(accounts);
    const b = await bench.in('B', ['inbox']);
    say(b, 'ask.1', 'question', 'inbox');
    expect(b.hear()).toContain('503\r\nNats-Subject: ask.1\r\n');
    expect(bench.gateway.interchange.replies.size).toBe(0);
  });

  it('is elsewhere, and comes back unserved: the requester is told', async () => {
    const bench = new AccountsBench(accounts);
    const link = bench.member.link(9);
    bench.gateway.account('A').setRemote(9, 'q.1', '', 1);
    const b = await bench.in('B', ['inbox']);
    say(b, 'ask.1', 'question', 'inbox');
    const [{ request, reply }] = link.delivered;
    expect(request).toBe(b.connection.cid);
    bench.gateway.interchange.noResponders(b.connection, 'q.1', reply);
    expect(b.hear()).toContain('HMSG inbox 1 37 37\r\nNATS/1.0 503\r\nNats-Subject: ask.1\r\n');
  });

  it('streams until nothing has come for its threshold, in chunks until an empty one', async () => {
    const bench = new AccountsBench([
      {
        name: 'A',
        exports: [
          service('st', { responseType: 'Streamed', thresholdMs: 3000 }),
          service('ch', { responseType: 'Chunked' }),
        ],
      },
      { name: 'B', imports: [takes('A', 'st'), takes('A', 'ch')] },
    ]);
    const [a, b] = [await bench.in('A', ['*']), await bench.in('B', ['inbox'])];
    const { replies } = bench.gateway.interchange;
    say(b, 'st', '', 'inbox');
    const streamed = replyOf(a.hear());
    for (let i = 0; i < 5; i++) {
      say(a, streamed, `${i}`);
      expect(b.hear()).toContain(`MSG inbox 1 1\r\n${i}\r\n`);
      bench.runtime.advance(2000);
    }
    bench.runtime.advance(2001);
    expect(replies.size).toBe(0);
    say(b, 'ch', '', 'inbox');
    const chunked = replyOf(a.hear());
    for (const chunk of ['1', '2', '', '3']) say(a, chunked, chunk);
    expect(b.hear()).toBe('MSG inbox 1 1\r\n1\r\nMSG inbox 1 1\r\n2\r\nMSG inbox 1 0\r\n\r\n');
  });

  it('may answer with a question', async () => {
    const bench = new AccountsBench(accounts);
    const [a, b] = [await bench.in('A', ['q.*', 'deeper']), await bench.in('B', ['inbox'])];
    say(b, 'ask.1', 'question', 'inbox');
    say(a, replyOf(a.hear()), 'which?', 'deeper');
    say(b, replyOf(b.hear()), 'that');
    expect(a.hear()).toBe('MSG deeper 2 4\r\nthat\r\n');
  });

  it('answers by the gateway that asked, wherever the service is', async () => {
    const bench = new AccountsBench(accounts);
    const link = bench.member.link(9);
    say(await bench.in('A'), '_R_.9.abcdefghijklmnop', 'answer');
    expect(link.delivered).toMatchObject([{ account: 'A', subject: '_R_.9.abcdefghijklmnop', plain: true }]);
  });

  it('answers by that gateway from the moment on that there is a way to it', async () => {
    const bench = new AccountsBench(accounts);
    const a = await bench.in('A');
    const answers = (): void => {
      for (let i = 0; i < 4; i++) say(a, `_R_.9.abcdefghijklmno${i}`, 'answer');
    };
    answers();
    const link = bench.member.link(9);
    answers();
    expect(link.delivered.map(({ subject }) => subject.at(-1))).toEqual(['0', '1', '2', '3']);
  });

  it('may answer many, one after the other, each under its own subject', async () => {
    const bench = new AccountsBench(accounts);
    const [a, b] = [await bench.in('A', ['q.*']), await bench.in('B', ['_INBOX.b.*'])];
    for (let i = 0; i < 5; i++) {
      say(b, 'ask.1', 'question', `_INBOX.b.${i}`);
      say(a, replyOf(a.hear()), `${i}`);
      expect(b.hear()).toBe(`MSG _INBOX.b.${i} 1 1\r\n${i}\r\n`);
    }
  });

  it('has answers for nobody else: no mapping, stream or service of the account takes them', async () => {
    const bench = new AccountsBench([
      {
        name: 'A',
        exports: [service('q.>'), { kind: 'stream', subject: '>' }],
        mappings: [{ source: '_R_.>', destinations: [{ subject: 'lost.>', weight: 100 }] }],
      },
      accounts[1],
      { name: 'C', imports: [listens('A', '>')] },
    ]);
    const [a, b, c] = [await bench.in('A', ['q.*']), await bench.in('B', ['inbox']), await bench.in('C', ['>'])];
    say(b, 'ask.1', 'question', 'inbox');
    say(a, replyOf(a.hear()), 'answer');
    expect([b.hear(), c.hear()]).toEqual(['MSG inbox 1 6\r\nanswer\r\n', '']);
  });

  it('has no other use for such subjects: no inner process is reached by them', async () => {
    const bench = new AccountsBench(accounts);
    const link = bench.member.link(9, 'monitor');
    const a = await bench.in('A', ['inbox']);
    for (const subject of [
      '_R_.9.x',
      '_R_.8.x',
      '_R_.1.x',
      '_R_.x',
      '_R_.',
      '_R_..x',
      '_R_.-1.x',
      `_R_.${'z'.repeat(99)}.x`,
    ]) {
      say(a, subject, 'hi', 'inbox');
      expect([subject, a.hear().includes('503'), link.delivered]).toEqual([subject, true, []]);
    }
  });

  it('cannot be answered from another account', async () => {
    const bench = new AccountsBench(accounts);
    const [a, b] = [await bench.in('A', ['q.*']), await bench.in('B', ['inbox'])];
    say(b, 'ask.1', 'question', 'inbox');
    const reply = replyOf(a.hear());
    say(await bench.in('E'), reply, 'evil');
    say(b, reply, 'evil');
    expect(b.hear()).toBe('');
    say(a, reply, 'answer');
    expect(b.hear()).toBe('MSG inbox 1 6\r\nanswer\r\n');
  });

  it('measures how long answers take, and says so in its own account', async () => {
    const bench = new AccountsBench([
      { name: 'A', exports: [service('q.>', { latency: { sampling: 100, subject: 'lat' } })] },
      accounts[1],
    ]);
    const [a, b] = [await bench.in('A', ['q.*', 'lat']), await bench.in('B', ['inbox'])];
    const metric = (heard: string) => JSON.parse(heard.slice(heard.indexOf('{')));
    say(b, 'ask.1', 'question', 'inbox');
    const reply = replyOf(a.hear());
    bench.runtime.advance(30);
    say(a, reply, 'answer');
    expect(metric(a.hear() + a.hear())).toMatchObject({
      type: 'io.nats.server.metric.v1.service_latency',
      status: 200,
      requestor: { acc: 'B' },
      responder: { acc: 'A', user: 'of-A' },
      service: 30e6,
      total: 30e6,
    });
    say(b, 'ask.1', 'no reply');
    expect(metric((a.hear() + a.hear()).split('no reply\r\n')[1])).toMatchObject({
      status: 400,
      description: 'Bad Request',
      total: 0,
    });
    a.say('UNSUB 1\r\n');
    say(b, 'ask.1', 'question', 'inbox');
    expect(metric(a.hear() + a.hear())).toMatchObject({ status: 503, description: 'Service Unavailable' });
  });

  it('is measured across gateways: the one that answers says by whom', async () => {
    const [asking, answering] = [new AccountsBench([]), new AccountsBench([])];
    for (const bench of [asking, answering]) {
      bench.define({ name: 'A', exports: [service('q.>', { latency: { sampling: 100, subject: 'lat' } })] });
      bench.define(accounts[1]);
    }
    const link = asking.member.link(9);
    answering.member.link(9);
    asking.gateway.account('A').setRemote(9, 'q.1', '', 1);
    const [b, observer] = [await asking.in('B', ['inbox']), await asking.in('A', ['lat'])];
    say(b, 'ask.1', 'question', 'inbox');
    const [{ reply }] = link.delivered;
    expect(reply).toMatch(/^_R_\.1\.[\w-]{16}0\.T$/);
    // The other gateway sees another process's subject in it.
    say(await answering.in('A'), reply.replace('_R_.1.', '_R_.9.'), 'answer');
    const [{ question }] = answering.member.requests;
    expect(question.method).toBe('responder');
    asking.gateway.interchange.responderNamed(JSON.parse(question.body.replace('_R_.9.', '_R_.1.')));
    const transit = new Transit(asking.gateway);
    const buffer = Buffer.from(`${reply}answer`);
    transit.load('A', buffer, 0, reply.length, 0, 0, 0, reply.length, buffer.length, 0, 0);
    transit.deliver(link, true, { count: 0, start: () => 0, end: () => 0 }, 0, 0);
    expect(b.hear()).toBe('MSG inbox 1 6\r\nanswer\r\n');
    const heard = observer.hear() + observer.hear();
    expect(JSON.parse(heard.slice(heard.indexOf('{')))).toMatchObject({ status: 200, responder: { user: 'of-A' } });
  });

  it('is not asked about by thousands of messages that only look like timed answers', async () => {
    const bench = new AccountsBench(accounts);
    bench.member.link(9);
    const b = await bench.in('B');
    for (let i = 0; i < 1000; i++) say(b, `_R_.9.${i}.T`, 'x');
    expect(bench.member.requests).toHaveLength(64);
  });

  it('of the system account may be asked by everybody about themselves', async () => {
    const bench = new AccountsBench([{ name: 'A' }, { name: 'S' }], 'S');
    const [a, s] = [await bench.in('A', ['inbox']), await bench.in('S', ['>'])];
    const asks: [string, string][] = [
      ['$SYS.REQ.USER.INFO', '$SYS.REQ.USER.A.INFO'],
      ['$SYS.REQ.SERVER.PING.CONNZ', '$SYS.REQ.ACCOUNT.A.CONNZ'],
      ['$SYS.REQ.ACCOUNT.PING.CONNZ', '$SYS.REQ.ACCOUNT.A.CONNZ'],
      ['$SYS.REQ.ACCOUNT.PING.STATZ', '$SYS.REQ.ACCOUNT.A.STATZ'],
    ];
    for (const [asked, heard] of asks) {
      say(a, asked, '', 'inbox');
      const request = s.hear();
      expect(request).toContain(`HMSG ${heard} 1 `);
      expect(request).toContain('"acc":"A"');
      say(s, replyOf(request), 'told');
      expect(a.hear()).toBe('MSG inbox 1 4\r\ntold\r\n');
      s.hear();
    }
    say(a, '$SYS.REQ.SERVER.PING.VARZ', '', 'inbox');
    expect(a.hear()).toContain('503');
    expect(s.hear()).toBe('');
  });
});

describe('mappings', () => {
  const map = (...destinations: [string, number][]) => [
    { source: 'm.*', destinations: destinations.map(([subject, weight]) => ({ subject, weight })) },
  ];

  it('give published messages another subject, by weight; what is left over keeps its own', async () => {
    const bench = new AccountsBench([{ name: 'A', mappings: map(['x.$1', 50], ['y.$1', 30]) }]);
    const [a, b] = [await bench.in('A'), await bench.in('A', ['>'])];
    const draws = [0, 0.49, 0.5, 0.79, 0.8, 0.99];
    bench.runtime.chance = () => draws.shift() ?? 0;
    for (let i = 0; i < 6; i++) say(a, 'm.1', '');
    expect(b.hear().match(/\w\.1/g)).toEqual(['x.1', 'x.1', 'y.1', 'y.1', 'm.1', 'm.1']);
  });

  it('to the subject itself lose what is left over', async () => {
    const bench = new AccountsBench([{ name: 'A', mappings: map(['m.*', 40]) }]);
    const [a, b] = [await bench.in('A'), await bench.in('A', ['>'])];
    const draws = [0.39, 0.4];
    bench.runtime.chance = () => draws.shift() ?? 0;
    say(a, 'm.1', '1');
    say(a, 'm.1', '2');
    expect(b.hear()).toBe('MSG m.1 1 1\r\n1\r\n');
  });

  it('come before permissions, and before services; the mappings of the service come after', async () => {
    const bench = new AccountsBench([
      {
        name: 'A',
        exports: [service('q.*')],
        mappings: [{ source: 'q.x', destinations: [{ subject: 'r', weight: 100 }] }],
      },
      { name: 'B', imports: [takes('A', 'q.*')], mappings: map(['q.$1', 100]) },
    ]);
    const a = await bench.in('A', ['>']);
    const b = await bench.in('B', [], { permissions: { publish: { allow: ['q.x'] } } });
    say(b, 'm.x', '1');
    expect(a.hear()).toContain('HMSG r 1 ');
    say(b, 'm.y', '1');
    expect(b.hear()).toBe('-ERR \'Permissions Violation for Publish to "q.y"\'\r\n');
  });
});

// Recorded: nats-server 2.15.2 shows the stream's subject, and leaves the reply, to whom it is of another account, too.
describe('a stream\u2019s message for a consumer of another account', () => {
  const accounts = [
    {
      name: 'A',
      exports: [service('$JS.API.>', { responseType: 'Streamed' }), { kind: 'stream' as const, subject: 'deliver.>' }],
    },
    { name: 'B', imports: [takes('A', '$JS.API.>', 'A.API.>'), listens('A', 'deliver.>', 'imp.deliver.>')] },
  ];
  const shown = (bench: AccountsBench, to: string): void => {
    const transit = new Transit(bench.gateway);
    const buf = Buffer.from(`${to}orders$JS.ACK.Shi`);
    const [t, s, r] = [to.length, to.length + 6, to.length + 15];
    transit.load('A', buf, 0, t, s, r, 0, r, buf.length, t, s);
    transit.publish(bench.member.link(7, 'jetstream-store'), 3);
  };

  it('is pulled through an imported service', async () => {
    const bench = new AccountsBench(accounts);
    const store = bench.member.link(7, 'jetstream-store');
    bench.gateway.account('A').setRemote(7, '$JS.API.>', '', 1);
    const b = await bench.in('B', ['inbox']);
    say(b, 'A.API.NEXT', '', 'inbox');
    const [{ subject, reply }] = store.delivered;
    expect(subject).toBe('$JS.API.NEXT');
    for (let i = 0; i < 2; i++) shown(bench, reply);
    expect(b.hear()).toBe('MSG orders 1 $JS.ACK.S 2\r\nhi\r\n'.repeat(2));
    b.say('UNSUB 1\r\n');
    shown(bench, reply);
    expect(bench.member.links.get(7)?.handedBack).toMatchObject([{ request: 3 }]);
  });

  it('is pulled by somebody at another gateway', async () => {
    const bench = new AccountsBench(accounts);
    const gateway = bench.member.link(9);
    bench.gateway.account('A').setRemote(7, '$JS.API.>', '', 1);
    bench.gateway.account('B').setRemote(9, '_INBOX.b.*', '', 1);
    const b = await bench.in('B');
    for (let i = 0; i < 5; i++) {
      const store = bench.member.link(7, 'jetstream-store');
      say(b, 'A.API.NEXT', '', `_INBOX.b.${i}`);
      shown(bench, store.delivered[0].reply);
      expect(gateway.delivered[i]).toMatchObject({ subject: `_INBOX.b.${i}`, shown: 'orders' });
    }
  });

  it('is pushed through an imported stream', async () => {
    const bench = new AccountsBench(accounts);
    const b = await bench.in('B', ['imp.deliver.x']);
    shown(bench, 'deliver.x');
    expect(b.hear()).toBe('MSG orders 1 $JS.ACK.S 2\r\nhi\r\n');
  });
});
