import { describe, expect, test } from 'vitest';
import type { MemberHandlers, MemberLimits, Peer } from './api.ts';
import { PeerLink } from './link.ts';
import { defaultLimits } from './member.ts';
import { type SimulatedProcess, Simulation } from './simulation.ts';

const none = Buffer.alloc(0);
const account = Buffer.from('$G');
const subject = Buffer.from('a.subject');

const peer = (id: number): Peer => ({ id, component: 'gateway', instance: id, address: '', pid: 0 });

interface Side {
  link: PeerLink;
  process: SimulatedProcess;
}

/** Two processes and the link between them, up. */
async function pair(
  handlers: [MemberHandlers, MemberHandlers],
  given: Partial<MemberLimits> = {},
  bytesMax = Number.MAX_SAFE_INTEGER,
  acksPatiently = false,
): Promise<{ simulation: Simulation; one: Side; two: Side }> {
  const simulation = new Simulation(1);
  const limits = { ...defaultLimits, ...given };
  const sides: Side[] = [];
  const add = (at: number, process: SimulatedProcess, link: PeerLink) => {
    link.establish(peer(2 - at), bytesMax, acksPatiently);
    sides[at] = { link, process };
  };
  const owner = (at: number) => ({ handlers: handlers[at], linkMessage() {}, linkDown() {} });
  const [first, second] = [simulation.process('one'), simulation.process('two')];
  await second.transport.listen('two', (channel) => {
    const link = new PeerLink(channel, second.runtime, limits, owner(1));
    add(1, second, link);
    return link.channelHandler;
  });
  first.transport.connect(
    'two',
    (channel) => {
      const link = new PeerLink(channel, first.runtime, limits, owner(0));
      add(0, first, link);
      return link.channelHandler;
    },
    (reason) => {
      throw new Error(reason);
    },
  );
  await simulation.run(1000, () => sides[0] !== undefined && sides[1] !== undefined);
  return { simulation, one: sides[0], two: sides[1] };
}

const deliver = (link: PeerLink, payload: Buffer) =>
  link.deliver(account, subject, 0, subject.length, none, 0, 0, 0, payload, 0, payload.length, true, [], 0, 0, 0);

const publish = (link: PeerLink, payload: Buffer) =>
  link.publish(account, subject, 0, subject.length, none, 0, 0, 0, payload, 0, payload.length);

const giveBack = (link: PeerLink, payload: Buffer) =>
  link.returned(1, 1, account, subject, 0, subject.length, none, 0, 0, 0, payload, 0, payload.length, [], 0);

describe('a link', () => {
  test('writes what is for clients as there is enough of it, not only when the turn ends', async () => {
    let got = 0;
    const { simulation, one } = await pair([{}, { publish: () => void got++ }]);
    for (let i = 0; i < 40; i++) publish(one.link, Buffer.alloc(1024));
    expect(one.link.queuedBytes).toBeLessThan(10 * 1024);
    await simulation.run(10);
    expect(got).toBe(40);
  });

  test('that may take its time acknowledges with what it says next, when it is much, or soon', async () => {
    const { simulation, one, two } = await pair([{}, {}], {}, undefined, true);
    const begun = simulation.now;
    deliver(one.link, Buffer.from('a'));
    await simulation.run(100, () => one.link.framesAcked === 1);
    expect(simulation.now - begun).toBeGreaterThanOrEqual(5);

    const again = simulation.now;
    deliver(one.link, Buffer.from('b'));
    await simulation.run(2);
    deliver(two.link, Buffer.from('answer'));
    await simulation.run(100, () => one.link.framesAcked === 2);
    expect(simulation.now - again).toBeLessThan(5);

    await simulation.run(100);
    const large = simulation.now;
    deliver(one.link, Buffer.alloc(20 * 1024));
    await simulation.run(100, () => one.link.framesAcked === 3);
    expect(simulation.now - large).toBeLessThan(5);
    for (let i = 0; i < 40; i++) deliver(one.link, Buffer.alloc(1024));
    await simulation.run(100, () => one.link.framesAcked === 43);
    expect(one.link.framesAcked).toBe(43);
  });

  test('carries messages in order; the peer says how far it has worked through them', async () => {
    const seen: string[] = [];
    const acked: number[] = [];
    const { simulation, one } = await pair([
      { acked: (link) => acked.push(link.framesAcked) },
      {
        deliver: (_link, _account, buf, ss, se, _rs, _re, _h, ps, pe) =>
          seen.push(buf.toString('latin1', ss, se) + buf.toString('latin1', ps, pe)),
      },
    ]);
    const expected = Array.from({ length: 500 }, (_, i) => `a.subject${i}`);
    for (let i = 0; i < 500; i++) {
      deliver(one.link, Buffer.from(String(i)));
      if (i % 50 === 0) await simulation.run(1);
    }
    await simulation.run(100);
    expect(seen).toEqual(expected);
    expect(one.link.framesSent).toBe(500);
    expect(one.link.framesAcked).toBe(500);
    expect(one.link.bytesInFlight).toBe(0);
    expect(acked.length).toBeLessThan(500);
  });

  test('is not writable while its window is in flight, and says when it is again', async () => {
    let writable = 0;
    const { simulation, one, two } = await pair([{ writable: () => writable++ }, {}], { windowBytes: 100_000 });
    two.process.freeze();
    const payload = Buffer.alloc(1000);
    let sent = 0;
    while (one.link.writable && sent < 1000) {
      deliver(one.link, payload);
      sent++;
      await simulation.run(1);
    }
    expect(sent).toBeGreaterThanOrEqual(97);
    expect(sent).toBeLessThanOrEqual(100);
    await simulation.run(1000);
    expect(writable).toBe(0);
    two.process.thaw();
    await simulation.run(1000);
    expect(writable).toBe(1);
    expect(one.link.writable).toBe(true);
    expect(one.link.framesAcked).toBe(sent);
  });

  test('takes nothing beyond its hard bound, and no more memory than that', async () => {
    const { simulation, one, two } = await pair([{}, {}], { windowBytes: 1_000_000 }, 2_000_000);
    two.process.freeze();
    const payload = Buffer.alloc(10_000);
    let taken = 0;
    for (let i = 0; i < 1000; i++) {
      if (deliver(one.link, payload)) taken++;
      if (i % 100 === 0) await simulation.run(1);
    }
    expect(taken).toBeGreaterThanOrEqual(199);
    expect(taken).toBeLessThanOrEqual(201);
    expect(one.link.framesRefused).toBe(1000 - taken);
    expect(one.link.queuedBytes).toBeLessThan(2_100_000);
    two.process.thaw();
    await simulation.run(1000);
    expect(one.link.framesAcked).toBe(taken);
    expect(deliver(one.link, payload)).toBe(true);
  });

  test('carries returned messages when its window is full, within a bound of their own', async () => {
    let returned = 0;
    const { simulation, one, two } = await pair(
      [{}, { returned: () => returned++ }],
      { windowBytes: 1000, returnedBytesMax: 5000 },
      2000,
    );
    two.process.freeze();
    const payload = Buffer.alloc(500);
    for (let i = 0; i < 100; i++) deliver(one.link, payload);
    let taken = 0;
    for (let i = 0; i < 100; i++) if (giveBack(one.link, payload)) taken++;
    expect(taken).toBe(10);
    two.process.thaw();
    await simulation.run(100);
    expect(returned).toBe(10);
    expect(giveBack(one.link, payload)).toBe(true);
  });

  test('hands back what was not written when it breaks, in order, and counts the rest as lost', async () => {
    const received: number[] = [];
    const undelivered: number[] = [];
    const number = (_link: unknown, _account: string, buf: Buffer, ...at: unknown[]) =>
      buf.readUInt32LE(at[5] as number);
    const { simulation, one, two } = await pair([
      { undelivered: (...given) => undelivered.push(number(...given)) },
      { deliver: (...given) => received.push(number(...given)) },
    ]);
    const payload = Buffer.alloc(10_000);
    for (let i = 0; i < 100; i++) {
      payload.writeUInt32LE(i);
      deliver(one.link, payload);
      if (i === 20) {
        await simulation.run(10);
        two.process.freeze();
      } else await simulation.run(1);
    }
    two.process.kill();
    await simulation.run(10);
    expect(one.link.up).toBe(false);
    expect(received).toEqual(Array.from({ length: 21 }, (_, i) => i));
    // What the system's socket buffer holds is gone, and no more than that.
    expect(undelivered.length).toBeGreaterThan(68);
    expect(undelivered).toEqual(Array.from({ length: undelivered.length }, (_, i) => 100 - undelivered.length + i));
    expect(one.link.framesSent - one.link.framesAcked).toBe(100 - 21 - undelivered.length);
    expect(deliver(one.link, payload)).toBe(false);
  });

  test('ends when the peer sends what is no frame', async () => {
    const { simulation, one, two } = await pair([{}, {}]);
    one.link.send({ interest: { sequence: 1 } });
    await simulation.run(10);
    expect(two.link.up).toBe(false);
    expect(one.link.up).toBe(false);
  });
});
