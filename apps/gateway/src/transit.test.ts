import type { Ranges } from '@skein/bus';
import { describe, expect, it } from 'vitest';
import { Bench } from './testing/bench.ts';
import type { FakeLink } from './testing/fake-link.ts';
import { Transit } from './transit.ts';

interface Frame {
  account?: string;
  subject?: string;
  shown?: string;
  reply?: string;
  payload?: string;
  plain?: boolean;
  queues?: string[];
  request?: number;
  targets?: number;
}

class TransitBench extends Bench {
  readonly transit = new Transit(this.gateway);
  readonly account = this.gateway.account('$G');

  deliver(link: FakeLink, frame: Frame): void {
    const queues = this.#load(frame);
    this.transit.deliver(link, frame.plain ?? false, queues, frame.request ?? 0, frame.targets ?? 1);
  }

  publish(link: FakeLink, frame: Frame): void {
    this.#load(frame);
    this.transit.publish(link, frame.request ?? 0);
  }

  returned(from: number, frame: Frame): void {
    const queues = this.#load(frame);
    this.transit.returned(from, queues, frame.request ?? 0, frame.targets ?? 1);
  }

  /** All of a frame lies in one buffer, as it does when it comes over a link. */
  #load({ account = '$G', subject = 'ask', shown = '', reply = '', payload = '', queues = [] }: Frame): Ranges {
    const parts = [subject, reply, payload, ...queues, shown];
    const offsets: number[] = [0];
    for (const part of parts) offsets.push((offsets.at(-1) as number) + part.length);
    const buf = Buffer.from(parts.join(''), 'latin1');
    const [, se, re, pe] = offsets;
    this.transit.load(account, buf, 0, se, se, re, 0, re, pe, buf.length - shown.length, buf.length);
    return { count: queues.length, start: (i) => offsets[3 + i], end: (i) => offsets[4 + i] };
  }
}

describe('a message from another gateway', () => {
  it('goes to plain subscriptions when it is for them, and to one of each group that it names', () => {
    const bench = new TransitBench();
    const subscriber = bench.client().say('SUB ask 1\r\nSUB ask q 2\r\nSUB ask q 3\r\nSUB ask other 4\r\n');
    const link = bench.member.link(2);
    bench.deliver(link, { plain: true, payload: 'hi' });
    expect(subscriber.hear()).toBe('MSG ask 1 2\r\nhi\r\n');
    bench.deliver(link, { queues: ['q'], payload: 'hi' });
    expect(subscriber.hear()).toMatch(/^MSG ask [23] 2\r\nhi\r\n$/);
    bench.deliver(link, { plain: true, queues: ['q', 'other'] });
    expect(subscriber.hear().split('MSG').length - 1).toBe(3);
    expect(link.handedBack).toEqual([]);
  });

  it('is not sent on, whatever interest others have', () => {
    const bench = new TransitBench();
    const link = bench.member.link(2);
    bench.account.setRemote(3, 'ask', '', 1);
    const third = bench.member.link(3);
    bench.deliver(link, { plain: true });
    expect([third.delivered, third.handedBack]).toEqual([[], []]);
  });

  it('goes back with the groups that have nobody here, whole', () => {
    const bench = new TransitBench();
    bench.client().say('SUB ask q 1\r\n');
    const link = bench.member.link(2);
    bench.deliver(link, { reply: 'in', payload: 'hi', queues: ['gone', 'q', 'left'] });
    expect(link.handedBack).toMatchObject([
      { subject: 'ask', reply: 'in', payload: 'hi', queues: ['gone', 'left'], request: 0 },
    ]);
  });

  it.each([
    { situation: 'nobody took it', subs: '', back: [{ request: 9, targets: 3, reply: 'in', payload: '' }] },
    { situation: 'somebody took it', subs: 'SUB ask 1\r\n', back: [] },
  ])('as a request goes back only when $situation', ({ subs, back }) => {
    const bench = new TransitBench();
    bench.client().say(subs);
    const link = bench.member.link(2);
    bench.deliver(link, { plain: true, reply: 'in', payload: 'hi', request: 9, targets: 3 });
    expect(link.handedBack).toMatchObject(back);
    expect(link.handedBack.length).toBe(back.length);
  });

  it('as a request that a group did not take but others did is a request no more', () => {
    const bench = new TransitBench();
    bench.client().say('SUB ask 1\r\n');
    const link = bench.member.link(2);
    bench.deliver(link, { plain: true, queues: ['gone'], reply: 'in', payload: 'hi', request: 9 });
    expect(link.handedBack).toMatchObject([{ queues: ['gone'], payload: 'hi', request: 0 }]);
  });
});

describe('from an inner process', () => {
  it('a message is routed as a client\u2019s would be', () => {
    const bench = new TransitBench();
    const subscriber = bench.client().say('SUB ask 1\r\n');
    bench.account.setRemote(2, '*', '', 1);
    const link = bench.member.link(2);
    bench.publish(bench.member.link(7, 'monitor'), {});
    expect([subscriber.hear(), link.delivered.length]).toEqual(['MSG ask 1 0\r\n\r\n', 1]);
  });

  it('is seen by receivers as what it says, wherever they are, and goes where it is for', () => {
    const bench = new TransitBench();
    const subscriber = bench.client().say('SUB inbox 1\r\nSUB orders 2\r\n');
    bench.account.setRemote(2, 'inbox', '', 1);
    const link = bench.member.link(2);
    const store = bench.member.link(7, 'jetstream-store');
    bench.publish(store, { subject: 'inbox', shown: 'orders', reply: '$JS.ACK.x', payload: 'hi' });
    expect(subscriber.hear()).toBe('MSG orders 1 $JS.ACK.x 2\r\nhi\r\n');
    expect(link.delivered).toMatchObject([{ subject: 'inbox', shown: 'orders', reply: '$JS.ACK.x', payload: 'hi' }]);
    // What comes next is what it was.
    subscriber.say('PUB orders 2\r\nho\r\n');
    expect(subscriber.hear()).toBe('MSG orders 2 2\r\nho\r\n');
  });

  it('comes back when nobody took it, with what says which it was, and to nobody else', () => {
    const bench = new TransitBench();
    const [store, other] = [bench.member.link(7, 'jetstream-store'), bench.member.link(8, 'jetstream-store')];
    bench.publish(store, { subject: 'inbox', shown: 'orders', reply: '$JS.ACK.x', payload: 'hi', request: 5 });
    bench.publish(store, { subject: 'inbox', shown: 'orders', payload: 'hi' });
    expect(store.handedBack).toMatchObject([{ request: 5, subject: 'inbox', reply: '$JS.ACK.x', payload: '' }]);
    expect(other.handedBack).toEqual([]);
    bench.client().say('SUB inbox 1\r\n');
    bench.publish(store, { subject: 'inbox', shown: 'orders', request: 6 });
    expect(store.handedBack).toHaveLength(1);
  });

  it('comes back when all gateways that it went to have returned it, over the one that it came by', () => {
    const bench = new TransitBench();
    for (const id of [2, 3]) bench.account.setRemote(id, 'inbox', '', 1);
    const gateways = [bench.member.link(2), bench.member.link(3)];
    const store = bench.member.link(7, 'jetstream-store');
    bench.publish(store, { subject: 'inbox', request: 2 ** 32 - 1 });
    const [{ request, targets }] = gateways[0].delivered;
    expect(targets).toBe(2);
    bench.returned(2, { subject: 'inbox', reply: '$JS.ACK.x', request, targets });
    expect(store.handedBack).toEqual([]);
    bench.returned(3, { subject: 'inbox', reply: '$JS.ACK.x', request, targets });
    expect(store.handedBack).toMatchObject([{ request: 2 ** 32 - 1, subject: 'inbox', reply: '$JS.ACK.x' }]);
  });

  it('picked again for a queue group it is shown as before', () => {
    const bench = new TransitBench();
    const subscriber = bench.client().say('SUB work q 1\r\n');
    bench.returned(2, { subject: 'work', shown: 'orders', queues: ['q'], payload: 'hi' });
    expect(subscriber.hear()).toBe('MSG orders 1 2\r\nhi\r\n');
    const link = bench.member.link(3);
    bench.deliver(link, { subject: 'work', shown: 'orders', queues: ['gone'], payload: 'hi' });
    expect(link.handedBack).toMatchObject([{ subject: 'work', shown: 'orders', queues: ['gone'], payload: 'hi' }]);
  });
});

describe('a queue message that comes back', () => {
  it('goes to a member here', () => {
    const bench = new TransitBench();
    const subscriber = bench.client().say('SUB ask q 1\r\n');
    bench.account.setRemote(2, 'ask', 'q', 1);
    const link = bench.member.link(2);
    bench.returned(2, { queues: ['q'], payload: 'hi' });
    expect([subscriber.hear(), link.delivered]).toEqual(['MSG ask 1 2\r\nhi\r\n', []]);
  });

  it('goes to another process, never to the one that returned it', () => {
    const bench = new TransitBench();
    for (const id of [2, 3, 4]) bench.account.setRemote(id, 'ask', 'q', 1);
    // 3 has no link (yet), so it is 4.
    const [two, four] = [bench.member.link(2), bench.member.link(4)];
    bench.returned(2, { queues: ['q'], reply: 'in', payload: 'hi', request: 9, targets: 1 });
    expect(two.delivered).toEqual([]);
    expect(four.delivered).toMatchObject([
      { plain: false, queues: ['q'], reply: 'in', payload: 'hi', request: 9, targets: 1 },
    ]);
  });

  it('goes to the next one when a link takes nothing', () => {
    const bench = new TransitBench();
    for (const id of [2, 3, 4]) bench.account.setRemote(id, 'ask', 'q', 1);
    for (const id of [2, 3, 4]) bench.member.link(id).takes = id === 4;
    bench.returned(2, { queues: ['q'] });
    expect(bench.member.links.get(4)?.delivered.length).toBe(1);
  });

  it('of a group that nobody is in any more is lost', () => {
    const bench = new TransitBench();
    const link = bench.member.link(2);
    bench.returned(2, { queues: ['q'] });
    expect([link.delivered, link.handedBack]).toEqual([[], []]);
  });
});

describe('a request that comes back', () => {
  function asking(): { bench: TransitBench; request: number; heard: () => number } {
    const bench = new TransitBench();
    const asker = bench.client().say('SUB in 1\r\n');
    for (const id of [2, 3, 4]) bench.member.link(id);
    return { bench, request: asker.connection.cid, heard: () => asker.hear().split('NATS/1.0 503').length - 1 };
  }

  it('from its only target is a 503', () => {
    const { bench, request, heard } = asking();
    bench.returned(2, { reply: 'in', request });
    expect(heard()).toBe(1);
  });

  it('is a 503 only when the last of its targets has returned it, once', () => {
    const { bench, request, heard } = asking();
    const told = [2, 3, 4, 2].map((from) => {
      bench.returned(from, { reply: 'in', request, targets: 3 });
      return heard();
    });
    expect(told).toEqual([0, 0, 1, 0]);
  });

  it('is told apart from others by its reply subject', () => {
    const { bench, request, heard } = asking();
    bench.returned(2, { reply: 'in', request, targets: 2 });
    bench.returned(2, { reply: 'in.2', request, targets: 2 });
    expect(heard()).toBe(0);
    bench.returned(3, { reply: 'in', request, targets: 2 });
    expect(heard()).toBe(1);
  });

  it('waits for the process that its group went to instead', () => {
    const { bench, request, heard } = asking();
    bench.account.setRemote(3, 'ask', 'q', 1);
    bench.returned(2, { reply: 'in', request, queues: ['q'] });
    expect(heard()).toBe(0);
    bench.account.setRemote(3, 'ask', 'q', 0);
    bench.returned(3, { reply: 'in', request, queues: ['q'] });
    expect(heard()).toBe(1);
  });

  it('waits for each of several that it went to instead', () => {
    const { bench, request, heard } = asking();
    bench.account.setRemote(3, 'ask', 'q1', 1);
    bench.account.setRemote(4, 'ask', 'q2', 1);
    bench.returned(2, { reply: 'in', request, queues: ['q1', 'q2'] });
    bench.account.withdrawRemote(3);
    bench.account.withdrawRemote(4);
    bench.returned(3, { reply: 'in', request, queues: ['q1'] });
    expect(heard()).toBe(0);
    bench.returned(4, { reply: 'in', request, queues: ['q2'] });
    expect(heard()).toBe(1);
  });

  it('is none once a group member here has it', () => {
    const { bench, request, heard } = asking();
    bench.client().say('SUB ask q 1\r\n');
    bench.returned(2, { reply: 'in', request, queues: ['q'] });
    expect(heard()).toBe(0);
  });

  it('of a connection that is gone is nobody\u2019s', () => {
    const { bench, request } = asking();
    const connection = bench.gateway.connections.get(request);
    if (connection !== undefined) bench.gateway.close(connection, 'Client Closed');
    expect(() => bench.returned(2, { reply: 'in', request })).not.toThrow();
  });

  it('is not forgotten over others that went elsewhere', () => {
    const { bench, request, heard } = asking();
    bench.account.setRemote(3, 'work', 'q', 1);
    bench.returned(2, { reply: 'in', request, targets: 2 });
    for (let i = 0; i < 5000; i++) {
      bench.returned(2, { subject: 'work', reply: `x.${i}`, request, targets: 1, queues: ['q'] });
    }
    bench.returned(3, { reply: 'in', request, targets: 2 });
    expect(heard()).toBe(1);
  });

  it('is remembered in part only among a bounded number of others', () => {
    const { bench, request, heard } = asking();
    bench.returned(2, { reply: 'in', request, targets: 2 });
    for (let i = 0; i < 4095; i++) bench.returned(2, { reply: `x.${i}`, request, targets: 2 });
    bench.returned(3, { reply: 'in', request, targets: 2 });
    expect(heard()).toBe(1);
    bench.returned(2, { reply: 'in', request, targets: 2 });
    for (let i = 0; i < 4096; i++) bench.returned(2, { reply: `y.${i}`, request, targets: 2 });
    bench.returned(3, { reply: 'in', request, targets: 2 });
    // The oldest was forgotten: rather no status than one too early.
    expect(heard()).toBe(0);
  });
});
