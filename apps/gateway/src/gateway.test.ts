import { describe, expect, it } from 'vitest';
import { Bench } from './testing/bench.ts';

const KB = 1024;
const MB = 1024 * KB;

const pub = (bytes: number, times = 1): string => `PUB foo ${bytes}\r\n${'x'.repeat(bytes)}\r\n`.repeat(times);

describe('who does not read', () => {
  it('is cut off when more than max_pending waits for it', () => {
    const bench = new Bench({ maxPendingBytes: MB });
    const slow = bench.client().say('SUB foo 1\r\n');
    slow.channel.congested = true;
    const publisher = bench.client();
    publisher.say(pub(500 * KB));
    bench.runtime.turn();
    expect([slow.connection.isClosed, bench.gateway.counters.slowConsumers]).toEqual([false, 0]);
    publisher.say(pub(600 * KB));
    bench.runtime.turn();
    expect([slow.connection.isClosed, slow.channel.destroyed]).toEqual([true, true]);
    expect(bench.gateway.counters.slowConsumers).toBe(1);
    expect(bench.log.lines.join('\n')).toContain(`Slow Consumer Detected: MaxPending of ${MB} Exceeded`);
    expect(publisher.connection.isClosed).toBe(false);
    expect(bench.member.slotsGivenBack).toBe(1);
  });

  it('is cut off when a write takes longer than write_deadline', () => {
    const bench = new Bench({ writeDeadlineMs: 2000 });
    const slow = bench.client().say('SUB foo 1\r\n');
    slow.channel.congested = true;
    bench.client().say(pub(10));
    bench.runtime.advance(2000);
    expect(slow.connection.isClosed).toBe(false);
    bench.runtime.advance(100);
    expect([slow.connection.isClosed, slow.channel.destroyed]).toEqual([true, true]);
    const frame = 'MSG foo 1 10\r\n\r\n'.length + 10;
    expect(bench.log.lines.join('\n')).toContain(
      `Slow Consumer Detected: WriteDeadline of 2s exceeded with 1 chunks of ${frame} total bytes.`,
    );
  });

  it('has that long for each write, not for all of them', () => {
    const bench = new Bench({ writeDeadlineMs: 2000 });
    const slow = bench.client().say('SUB foo 1\r\n');
    slow.channel.congested = true;
    const publisher = bench.client();
    for (let i = 0; i < 5; i++) {
      publisher.say(pub(10));
      bench.runtime.advance(1500);
      slow.channel.drain();
    }
    expect(slow.connection.isClosed).toBe(false);
  });

  it('has no more than that for what was still to be written when it read a little', () => {
    const bench = new Bench({ writeDeadlineMs: 2000, firstPing: false });
    const slow = bench.client().say('SUB foo 1\r\n');
    slow.channel.congested = true;
    bench.client().say(pub(100 * KB, 5));
    bench.runtime.advance(1000);
    slow.channel.drain();
    expect(slow.connection.output.blocked).toBe(true);
    bench.runtime.advance(2200);
    expect(slow.connection.isClosed).toBe(true);
  });

  it('is not looked at any more once all is well', () => {
    const bench = new Bench();
    const slow = bench.client().say('SUB foo 1\r\n');
    slow.channel.congested = true;
    bench.client().say(pub(10));
    bench.runtime.turn();
    const timers = bench.runtime.timers;
    slow.channel.congested = false;
    slow.channel.drain();
    bench.runtime.advance(100);
    expect(bench.runtime.timers).toBe(timers - 1);
  });
});

describe('who produces faster than others take', () => {
  function flooded(settings: ConstructorParameters<typeof Bench>[0] = {}) {
    const bench = new Bench(settings);
    const slow = bench.client().say('SUB foo 1\r\n');
    slow.channel.congested = true;
    const producer = bench.client().say(pub(MB));
    bench.runtime.turn();
    producer.say(pub(MB, 2));
    bench.runtime.turn();
    return { bench, slow, producer };
  }

  it('is read from no more for a moment', () => {
    const { bench, producer } = flooded();
    expect(producer.channel.paused).toBe(false);
    producer.say(pub(MB));
    expect([producer.channel.paused, bench.gateway.counters.stalledClients]).toEqual([true, 1]);
    bench.runtime.advance(4);
    expect(producer.channel.paused).toBe(true);
    bench.runtime.advance(1);
    expect([producer.channel.paused, producer.connection.stalled]).toEqual([false, false]);
  });

  it('is read from again as soon as the others have caught up', () => {
    const { slow, producer } = flooded();
    producer.say(pub(MB));
    slow.channel.congested = false;
    slow.channel.drain();
    expect([producer.channel.paused, producer.connection.stallTimer]).toEqual([false, null]);
  });

  it('is read from again when the slow one is gone', () => {
    const { bench, slow, producer } = flooded();
    producer.say(pub(MB));
    bench.gateway.close(slow.connection, 'Client Closed');
    expect(producer.channel.paused).toBe(false);
  });

  it('is not held where the configuration says so', () => {
    const { bench, producer } = flooded({ stallProducers: false });
    producer.say(pub(MB));
    expect([producer.channel.paused, bench.gateway.counters.stalledClients]).toEqual([false, 0]);
  });

  it('is held by itself too, no longer than by others', () => {
    const bench = new Bench();
    const both = bench.client().say('SUB foo 1\r\n');
    both.channel.congested = true;
    both.say(pub(10));
    bench.runtime.turn();
    both.say(pub(MB, 5));
    bench.runtime.turn();
    expect(both.channel.paused).toBe(true);
    bench.runtime.advance(5);
    expect(both.channel.paused).toBe(false);
  });

  it('is read from no sooner than its new credentials are known', () => {
    const { bench, producer } = flooded();
    bench.gateway.applySettings({ ...bench.gateway.settings, authRequired: true });
    producer.say(`${pub(MB)}CONNECT {"user":"u"}\r\n`);
    bench.runtime.advance(5);
    expect([producer.connection.stalled, producer.channel.paused]).toEqual([false, true]);
  });

  it('is held by a full link until all links are open, whatever the configuration says', () => {
    const bench = new Bench({ stallProducers: false });
    const [full, other] = [bench.member.link(2), bench.member.link(3)];
    bench.gateway.account('$G').setRemote(2, 'foo', '', 1);
    full.writable = false;
    other.writable = false;
    const producer = bench.client().say(pub(10));
    expect([producer.channel.paused, full.delivered.length]).toEqual([true, 1]);
    bench.runtime.advance(1000);
    expect(producer.channel.paused).toBe(true);
    full.writable = true;
    bench.gateway.stalls.linksWritable();
    expect(producer.channel.paused).toBe(true);
    other.writable = true;
    bench.gateway.stalls.linksWritable();
    expect([producer.channel.paused, producer.connection.stalled]).toEqual([false, false]);
  });

  it('is never held by an inner process, and by none while it waits for a gateway', () => {
    const bench = new Bench();
    bench.gateway.account('$G').setRemote(2, 'foo', '', 1);
    const inner = bench.member.link(2, 'monitor');
    inner.writable = false;
    const producer = bench.client().say(pub(10));
    expect([producer.channel.paused, inner.delivered.length]).toEqual([false, 1]);

    bench.gateway.account('$G').setRemote(3, 'foo', '', 1);
    const full = bench.member.link(3);
    full.writable = false;
    producer.say(pub(10));
    expect(producer.channel.paused).toBe(true);
    full.writable = true;
    bench.gateway.stalls.linksWritable();
    expect(producer.channel.paused).toBe(false);
  });

  it('is held by a full link also when a slow subscriber has caught up', () => {
    const { bench, slow, producer } = flooded();
    bench.gateway.account('$G').setRemote(2, 'foo', '', 1);
    bench.member.link(2).writable = false;
    producer.say(pub(MB));
    slow.channel.congested = false;
    slow.channel.drain();
    bench.runtime.advance(1000);
    expect(producer.channel.paused).toBe(true);
  });

  it('is held by a full link no longer than the link lives', () => {
    const bench = new Bench();
    const full = bench.member.link(2);
    bench.gateway.account('$G').setRemote(2, 'foo', '', 1);
    full.writable = false;
    const producer = bench.client().say(pub(10));
    bench.member.cut(2);
    bench.gateway.linkEnded();
    expect(producer.channel.paused).toBe(false);
  });
});

describe('a turn', () => {
  it('has a share for each: who has read more goes on in the next one', () => {
    const bench = new Bench();
    const client = bench.client();
    client.say(pub(400 * KB));
    expect(client.channel.paused).toBe(false);
    client.say(pub(200 * KB));
    expect(client.channel.paused).toBe(true);
    bench.runtime.turn();
    expect(client.channel.paused).toBe(false);
    client.say(pub(400 * KB));
    expect(client.channel.paused).toBe(false);
  });

  it('is not one more for who waits for something else', () => {
    const bench = new Bench();
    const client = bench.client().say(pub(600 * KB));
    bench.gateway.applySettings({ ...bench.gateway.settings, authRequired: true });
    client.say('CONNECT {"user":"u"}\r\n');
    bench.runtime.turn();
    expect(client.channel.paused).toBe(true);
  });
});

describe('PONG', () => {
  function remote() {
    const bench = new Bench();
    bench.gateway.account('$G').setRemote(2, 'foo', '', 1);
    return { bench, link: bench.member.link(2), client: bench.client() };
  }

  const acked = ({ bench, link }: Pick<ReturnType<typeof remote>, 'bench' | 'link'>, frames: number): void => {
    link.framesAcked = frames;
    bench.gateway.heldPongs.acked();
  };

  it('comes at once where nothing went over a link', () => {
    const { bench, link, client } = remote();
    link.framesSent = 7;
    expect(client.say('PUB here 0\r\n\r\nPING\r\n').hear()).toBe('PONG\r\n');
    expect(bench.gateway.heldPongs.hold(client.connection)).toBe(false);
  });

  it('waits until what was published before has arrived', () => {
    const { bench, link, client } = remote();
    expect(client.say(`${pub(1)}${pub(1)}PING\r\n`).hear()).toBe('');
    acked({ bench, link }, 1);
    expect(client.hear()).toBe('');
    acked({ bench, link }, 2);
    expect(client.hear()).toBe('PONG\r\n');
    expect(client.say('PING\r\n').hear()).toBe('PONG\r\n');
  });

  it('to a PING behind a held one comes with it, to one behind another publish later', () => {
    const { bench, link, client } = remote();
    client.say(`${pub(1)}PING\r\nPING\r\n${pub(1)}PING\r\n`);
    acked({ bench, link }, 1);
    expect(client.hear()).toBe('PONG\r\nPONG\r\n');
    acked({ bench, link }, 2);
    expect(client.hear()).toBe('PONG\r\n');
  });

  it('waits for no link that has ended', () => {
    const { bench, client } = remote();
    client.say(`${pub(1)}PING\r\n`);
    bench.member.cut(2);
    bench.gateway.linkEnded();
    expect(client.hear()).toBe('PONG\r\n');
  });

  it('waits for no link that was broken and made anew, which counts from nothing', () => {
    const { bench, client } = remote();
    client.say(`${pub(1)}PING\r\n`);
    bench.member.cut(2);
    bench.member.link(2);
    bench.gateway.linkEnded();
    expect(client.hear()).toBe('PONG\r\n');
  });

  it('is none to a client that has gone', () => {
    const { bench, link, client } = remote();
    client.say(`${pub(1)}PING\r\n`);
    bench.gateway.close(client.connection, 'Client Closed');
    acked({ bench, link }, 1);
    expect(client.hear()).toBe('');
  });

  it('waits for subscriptions to be settled, and so do publishes', () => {
    const bench = new Bench();
    const client = bench.client();
    bench.member.settledTo = 0;
    client.say('SUB foo 1\r\nPUB foo 2\r\nhi\r\nPING\r\n');
    expect([client.hear(), client.channel.paused]).toEqual(['', true]);
    bench.member.settledTo = bench.member.sequence;
    bench.gateway.settled(bench.member.sequence);
    expect([client.hear(), client.channel.paused]).toEqual(['MSG foo 1 2\r\nhi\r\nPONG\r\n', false]);
  });

  it('and +OK come in order while a subscription settles', () => {
    const bench = new Bench();
    const client = bench.client({ verbose: true });
    bench.member.settledTo = 0;
    expect(client.say('SUB foo 1\r\nSUB bar 2\r\nPING\r\n').hear()).toBe('');
    bench.member.settledTo = 1;
    bench.gateway.settled(1);
    expect(client.hear()).toBe('+OK\r\n');
    bench.member.settledTo = 2;
    bench.gateway.settled(2);
    expect(client.hear()).toBe('+OK\r\nPONG\r\n');
  });

  it('the first after CONNECT is followed by an INFO of who this is', () => {
    const client = new Bench().client({ protocol: 1 });
    expect(client.say('PING\r\nPING\r\n').hear()).toMatch(/^PONG\r\nINFO \d+ greeted\r\nPONG\r\n$/);
  });
});

describe('pings', () => {
  it('are sent at their interval, the first soon, and measure the round trip', () => {
    const bench = new Bench({ pingIntervalMs: 10_000, pingMax: 2 });
    const client = bench.client();
    bench.runtime.advance(2300);
    expect(client.hear()).toBe('PING\r\n');
    bench.runtime.advance(40);
    client.say('PONG\r\n');
    expect(client.connection.rttMs).toBe(40);
    bench.runtime.advance(9959);
    expect(client.hear()).toBe('');
    bench.runtime.advance(1);
    expect(client.hear()).toBe('PING\r\n');
  });

  it('are not sent early where that is switched off', () => {
    const bench = new Bench({ pingIntervalMs: 10_000, firstPing: false });
    const client = bench.client();
    bench.runtime.advance(9999);
    expect(client.hear()).toBe('');
  });

  it('that go unanswered end the connection', () => {
    const bench = new Bench({ pingIntervalMs: 1000, pingMax: 2, firstPing: false });
    const client = bench.client();
    bench.runtime.advance(2999);
    expect([client.hear(), client.connection.isClosed]).toEqual(['PING\r\nPING\r\n', false]);
    bench.runtime.advance(1);
    expect([client.hear(), client.channel.closedWith]).toEqual(["-ERR 'Stale Connection'\r\n", 'Stale Connection']);
    expect([bench.gateway.counters.staleConnections, bench.runtime.timers]).toEqual([1, 0]);
  });
});

describe('the end of a connection', () => {
  it('tells what was to be told, withdraws what it wanted, and gives its slot back, once', () => {
    const bench = new Bench();
    const other = bench.client().say('SUB foo q 1\r\n');
    const client = bench.client().say('SUB foo 1\r\nSUB foo q 2\r\nPING\r\n');
    const { gateway, member } = bench;
    for (const reason of ['First', 'Second']) gateway.close(client.connection, reason);
    client.connection.closed('closed');
    expect([client.hear(), client.channel.closedWith]).toEqual(['PONG\r\n', 'First']);
    expect(member.declared.slice(-2)).toEqual(['$G foo  0', '$G foo q 1']);
    expect(member.slotsGivenBack).toBe(1);
    expect([...gateway.connections.values()]).toEqual([other.connection]);
    expect(gateway.figures()).toMatchObject({ connections: 1, totalConnections: 2, subscriptions: 1 });
  });

  it('is final: nothing is read or delivered, and no timer is left', () => {
    const bench = new Bench({ authRequired: true });
    const client = bench.stranger();
    bench.gateway.close(client.connection, 'Client Closed');
    client.say('CONNECT {}\r\nPING\r\n');
    bench.gateway.settled(9);
    client.connection.drain();
    expect([client.hear(), bench.runtime.timers, bench.member.asked.length]).toEqual(['', 0, 0]);
  });

  it('of one that had yet to take what it was told comes behind all of that', () => {
    const bench = new Bench();
    const client = bench.client().say('SUB foo 1\r\n');
    client.channel.congested = true;
    const frames = ['a', 'b', 'c', 'd', 'e'].map((letter) => `foo 1 ${100 * KB}\r\n${letter.repeat(100 * KB)}\r\n`);
    for (const frame of frames) client.say(`PUB ${frame.replace(' 1 ', ' ')}`);
    bench.runtime.turn();
    client.say('FOO\r\n');
    client.channel.drain();
    const told = frames.map((frame) => `MSG ${frame}`).join('');
    expect(client.hear() === `${told}-ERR 'Unknown Protocol Operation'\r\n`).toBe(true);
    expect([client.channel.closedWith, client.channel.buffersInFlight]).toEqual(['Protocol Violation', 0]);
  });

  it('in the middle of a stall leaves no timer either', () => {
    const bench = new Bench();
    const client = bench.client().say('SUB foo 1\r\n');
    client.channel.congested = true;
    client.say(pub(10)).say(pub(MB, 5));
    expect(client.connection.stallTimer).not.toBeNull();
    bench.gateway.close(client.connection, 'Client Closed');
    bench.runtime.advance(100);
    expect(bench.runtime.timers).toBe(0);
  });

  it('comes at once, with a word, where there is no slot', () => {
    const bench = new Bench();
    const client = bench.stranger({}, false);
    expect(client.hear()).toBe("INFO 1\r\n-ERR 'maximum connections exceeded'\r\n");
    expect([client.channel.closedWith, bench.gateway.connections.size]).toEqual(['Maximum Connections Exceeded', 0]);
    expect([bench.member.slotsGivenBack, bench.runtime.timers]).toEqual([0, 0]);
  });

  it('by a defect of ours is the end of that one alone', () => {
    const bench = new Bench();
    const bystander = bench.client().say('SUB foo 1\r\n');
    const client = bench.client();
    client.connection.ping = () => {
      throw new Error('a defect');
    };
    client.say('PING\r\n');
    expect([client.channel.closedWith, bench.member.slotsGivenBack]).toEqual(['Internal Error', 1]);
    expect(bench.log.lines.join('\n')).toContain('Error: a defect');
    bench.client().say('PUB foo 0\r\n\r\n');
    expect(bystander.hear()).toBe('MSG foo 1 0\r\n\r\n');
  });

  it('by a defect met after a wait is the end of that one alone too', () => {
    const bench = new Bench();
    const client = bench.client();
    bench.member.settledTo = 0;
    client.connection.ping = () => {
      throw new Error('a defect');
    };
    client.say('SUB foo 1\r\nPUB foo 0\r\n\r\nPING\r\n');
    bench.member.settledTo = 1;
    bench.gateway.settled(1);
    expect(client.channel.closedWith).toBe('Internal Error');
  });

  it('keeps what it has moved in the sums', () => {
    const bench = new Bench();
    const client = bench.client().say('SUB foo 1\r\nPUB foo 2\r\nhi\r\n');
    const before = bench.gateway.figures();
    bench.gateway.close(client.connection, 'Client Closed');
    const open = { inMsgs: 0, inBytes: 0, outMsgs: 0, outBytes: 0 };
    expect(bench.gateway.figures()).toEqual({
      ...before,
      connections: 0,
      subscriptions: 0,
      open,
      closedByReason: { 'Client Closed': 1 },
    });
    expect(before).toMatchObject({ inMsgs: 1, inBytes: 2, outMsgs: 1, outBytes: 2 });
  });
});

describe('a router that wants to hear everything again', () => {
  it('hears each pattern once with its weight, some in a turn', () => {
    const bench = new Bench();
    bench.client().say('SUB foo 1\r\nSUB foo 2\r\nSUB foo q 3\r\n');
    const client = bench.client();
    client.say(Array.from({ length: 10_000 }, (_, i) => `SUB s.${i} ${i}\r\n`).join(''));
    const emitted: string[] = [];
    const turns = [...bench.gateway.redeclare((...entry) => emitted.push(entry.join(' ')))].length;
    expect([emitted.length, turns]).toEqual([10_002, 1]);
    expect(emitted).toEqual(expect.arrayContaining(['$G foo  2', '$G foo q 1', '$G s.9999  1']));
  });
});
