import { HOLDING } from '@skein/bus';
import { describe, expect, it } from 'vitest';
import { Reach } from './reach.ts';
import { Bench } from './testing/bench.ts';
import { FakeLink } from './testing/fake-link.ts';
import { Transit } from './transit.ts';

const STREAM = 'orders.*';

/** A gateway and a store, which may go and come back. */
class StoreBench extends Bench {
  readonly transit: Transit = new Transit(this.gateway);
  readonly account = this.gateway.account('$G');
  readonly reach: Reach;

  constructor() {
    const reach = new Reach({
      runtime: { setTimer: (ms, fn) => this.runtime.setTimer(ms, fn) },
      withdraw: (process) => this.account.withdrawRemote(process),
      warn: (text) => this.log.warn(text),
      wants: (process, held) => this.transit.isWanted(process, held),
      failed: (process, held) => this.transit.failed(process, held),
    });
    super({}, undefined, reach.links);
    this.reach = reach;
  }

  /** A new process, linked; `serves`: it has declared its streams. */
  store(id: number, serves = true): FakeLink {
    const link = new FakeLink(id, 'jetstream-store', 0);
    this.reach.up(link);
    if (serves) this.serve(link);
    return link;
  }

  serve(link: FakeLink): void {
    this.account.setRemote(link.peer.id, STREAM, '', 1);
    this.reach.serving(link.peer);
  }
}

const publish = (subject: string, body: string, reply = 'inbox'): string =>
  `PUB ${subject} ${reply} ${body.length}\r\n${body}\r\n`;
const payloads = (link: FakeLink): string[] => link.delivered.map(({ payload }) => payload);

describe('a store that is away', () => {
  it('gets what was held for it when another serves in its place, in order, and only then anything newer', () => {
    const bench = new StoreBench();
    const client = bench.client().say('SUB inbox 1\r\n');
    const first = bench.store(7);
    client.say(publish('orders.1', 'a'));
    bench.reach.down(first.peer);
    client.say(publish('orders.1', 'b') + publish('orders.2', 'c'));
    const second = bench.store(9, false);
    // It has begun to say what it wants.
    bench.account.setRemote(9, STREAM, '', 1);
    client.say(publish('orders.1', 'd'));
    expect(second.delivered).toEqual([]);
    bench.reach.serving(second.peer);
    client.say(publish('orders.1', 'e'));
    expect([payloads(first), payloads(second)]).toEqual([['a'], ['b', 'c', 'd', 'e']]);
    expect(second.delivered[0]).toMatchObject({ subject: 'orders.1', reply: 'inbox', plain: true });
    expect(client.hear()).toBe('');
    expect(bench.runtime.timers).toBe(1);
  });

  it('and comes back as it was, has lost its link alone', () => {
    const bench = new StoreBench();
    const client = bench.client();
    const link = bench.store(7);
    bench.reach.down(link.peer);
    client.say(publish('orders.1', 'a'));
    bench.reach.up(link);
    client.say(publish('orders.1', 'b'));
    expect(payloads(link)).toEqual(['a', 'b']);
  });

  it('for too long is nobody: who asked is told so', () => {
    const bench = new StoreBench();
    const client = bench.client().say('SUB inbox 1\r\n');
    bench.reach.down(bench.store(7).peer);
    client.say(publish('orders.1', 'a'));
    bench.runtime.advance(HOLDING.ms - 1);
    expect(client.hear()).not.toContain('503');
    bench.runtime.advance(1);
    expect(client.hear()).toContain('NATS/1.0 503\r\nNats-Subject: orders.1');
    expect(bench.log.lines.at(-1)).toBe('WRN jetstream-store 0 was away for too long; messages given up: 1');
    client.say(publish('orders.1', 'b'));
    expect(client.hear()).toContain('503');
    const link = bench.store(9);
    client.say(publish('orders.1', 'c'));
    expect(payloads(link)).toEqual(['c']);
  });

  it('and comes back without a stream is nobody for that stream', () => {
    const bench = new StoreBench();
    const client = bench.client().say('SUB inbox 1\r\n');
    bench.reach.down(bench.store(7).peer);
    client.say(publish('orders.1', 'a'));
    const link = bench.store(9, false);
    bench.reach.serving(link.peer);
    expect([link.delivered, client.hear()]).toEqual([[], expect.stringContaining('503')]);
  });

  it('is not waited for where there is no JetStream any more', () => {
    const bench = new StoreBench();
    const client = bench.client().say('SUB inbox 1\r\n');
    const [first, second] = [bench.store(7), new FakeLink(8, 'jetstream-store', 1)];
    bench.reach.up(second);
    bench.account.setRemote(8, 'other', '', 1);
    bench.reach.down(first.peer);
    client.say(publish('orders.1', 'a'));
    bench.reach.configure(false);
    expect(client.hear()).toContain('503');
    bench.reach.leaving(second.peer);
    bench.reach.down(second.peer);
    client.say(publish('other', 'b'));
    expect(client.hear()).toContain('503');
  });

  it('says before that it goes: what comes then is held at once', () => {
    const bench = new StoreBench();
    const client = bench.client();
    const first = bench.store(7);
    bench.reach.leaving(first.peer);
    client.say(publish('orders.1', 'a'));
    bench.reach.down(first.peer);
    expect([payloads(first), payloads(bench.store(9))]).toEqual([[], ['a']]);
  });

  it('may go again before it serves: what was held stays held', () => {
    const bench = new StoreBench();
    const client = bench.client();
    bench.reach.down(bench.store(7).peer);
    client.say(publish('orders.1', 'a'));
    const second = bench.store(9, false);
    bench.account.setRemote(9, STREAM, '', 1);
    bench.reach.down(second.peer);
    client.say(publish('orders.1', 'b'));
    const third = bench.store(11);
    expect([payloads(second), payloads(third)]).toEqual([[], ['a', 'b']]);
  });

  it('may say that it goes before it serves: what was held stays held', () => {
    const bench = new StoreBench();
    const client = bench.client().say('SUB inbox 1\r\n');
    bench.reach.leaving(bench.store(7).peer);
    client.say(publish('orders.1', 'a'));
    const second = bench.store(9, false);
    bench.reach.leaving(second.peer);
    client.say(publish('orders.1', 'b'));
    bench.reach.down(second.peer);
    const third = bench.store(11);
    client.say(publish('orders.1', 'c'));
    expect([client.hear(), payloads(second), payloads(third)]).toEqual(['', [], ['a', 'b', 'c']]);
  });

  it('is held so much for: beyond that a publish is told that there are too many, and what else is asked that nobody is there', () => {
    const bench = new StoreBench();
    const client = bench.client().say('SUB inbox 1\r\n');
    const link = bench.store(7);
    bench.account.setRemote(7, '$JS.API.>', '', 1);
    bench.reach.down(link.peer);
    for (let i = 0; i < 10_000; i++) client.say(publish('orders.1', 'a'));
    expect(client.hear()).toBe('');
    client.say(publish('orders.1', 'b'));
    const body = '{"error":{"code":429,"err_code":10167,"description":"too many requests"},"stream":"","seq":0}';
    expect(client.hear()).toBe(
      `HMSG inbox 1 34 ${34 + body.length}\r\nNATS/1.0 429 Too Many Requests\r\n\r\n${body}\r\n`,
    );
    client.say(publish('$JS.API.INFO', ''));
    expect(client.hear()).toContain('503');
    const next = bench.store(9);
    expect(payloads(next)).toHaveLength(10_000);
  });

  it('has so many bytes kept for it', () => {
    const bench = new StoreBench();
    const client = bench.client();
    bench.reach.down(bench.store(7).peer);
    for (let i = 0; i < 20; i++) client.say(publish('orders.1', 'x'.repeat(1 << 20), 'i'));
    expect(payloads(bench.store(9))).toHaveLength(15);
  });
});

it('other processes that go are gone at once', () => {
  const bench = new StoreBench();
  const client = bench.client().say('SUB inbox 1\r\n');
  const link = new FakeLink(3, 'monitor', 0);
  bench.reach.up(link);
  bench.account.setRemote(3, 'ask', '', 1);
  bench.reach.down(link.peer);
  client.say(publish('ask', ''));
  expect(client.hear()).toContain('503');
});
