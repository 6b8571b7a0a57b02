import { HOLDING, type Link, type Member, type Peer } from '@skein/bus';
import { expect, it } from 'vitest';
import type { HandedOn } from './held-requests.ts';
import { Others } from './others.ts';
import { otherStores } from './parts.ts';

const peer: Peer = { id: 9, component: 'jetstream-store', instance: 1, address: '', pid: 1 };
const request = (subject: string): HandedOn => ({
  account: 'A',
  subject,
  reply: '',
  content: Buffer.alloc(0),
  headerBytes: 0,
});

/** Seat 0 of two; the test plays the other store, and the time. */
function seatZero() {
  const links = new Map<number, Link>();
  const got: string[] = [];
  const failed: string[] = [];
  const told: string[] = [];
  const answers: ((text: string) => void)[] = [];
  const timers = new Map<() => void, number>();
  const usage: [string, string, number][] = [];
  const elsewhere: string[] = [];
  const said: object[] = [];
  let hear: (body: string, from: Peer) => unknown = () => {};
  const link = {
    peer,
    up: true,
    deliver: (_account: Buffer, subject: Buffer) => got.push(subject.toString()) > 0,
  } as unknown as Link;
  const member = {
    links,
    handle: (_method: string, fn: typeof hear) => {
      hear = fn;
    },
    request: (_to: number, _method: string, body: string) => {
      const news = JSON.parse(body);
      said.push(news);
      if (news.kind !== 'used') told.push(news.kind);
      return new Promise<string>((resolve) => answers.push(resolve));
    },
  } as unknown as Member;
  const others = new Others({
    member,
    runtime: {
      setTimer: (delayMs: number, fn: () => void) => {
        expect([HOLDING.ms, 250, 1000]).toContain(delayMs);
        timers.set(fn, delayMs);
        return { cancel: () => timers.delete(fn) };
      },
    },
    seat: { number: 0, seats: 2 },
    streams: () => [],
    listened: () => [],
    used: () => usage,
    usedElsewhere: (...more) => elsewhere.push(more.join(' ')),
    takesStreams: () => true,
    changed: () => {},
    listeningChanged: () => {},
    failed: ({ subject }) => failed.push(subject),
  });
  const says = (news: object): unknown => hear(JSON.stringify(news), peer);
  const comes = (): void => {
    links.set(peer.id, link);
    others.linkUp(link);
    says({ kind: 'all', streams: [], listened: [], takesStreams: true });
  };
  /** All that is planned for this time. */
  const pass = (ms: number = HOLDING.ms): void => {
    for (const [fn, delayMs] of [...timers]) {
      if (delayMs > ms) continue;
      timers.delete(fn);
      fn();
    }
  };
  const answer = (): void => {
    for (const resolve of answers.splice(0)) resolve('');
  };
  return { others, link, got, failed, told, said, usage, elsewhere, says, comes, pass, answer };
}

it('holds what is for a store that is away, and gives it all of that in order before anything newer', () => {
  const { others, got, comes, link, failed } = seatZero();
  others.handOn(1, request('a'));
  comes();
  others.handOn(1, request('b'));
  others.linkDown(link);
  for (const subject of ['c', 'd']) others.handOn(1, request(subject));
  expect(got).toEqual(['a', 'b']);
  comes();
  expect([got, failed]).toEqual([['a', 'b', 'c', 'd'], []]);
});

it('gives up a store that is away for long: what is for it fails, until it is back', async () => {
  const { others, got, comes, failed, pass } = seatZero();
  others.handOn(1, request('a'));
  const awaited = others.awaited();
  pass();
  await awaited;
  others.handOn(1, request('b'));
  expect([failed, others.isComplete]).toEqual([['a', 'b'], false]);
  await expect(others.ask(1, 'store-usage', {})).rejects.toMatchObject({ errorCode: 10008 });
  comes();
  others.handOn(1, request('c'));
  expect([got, others.isComplete]).toEqual([['c'], true]);
});

it('holds a bounded number', () => {
  const { others, failed } = seatZero();
  for (let i = 0; i < 10_001; i++) others.handOn(1, request(`${i}`));
  expect(failed).toEqual(['10000']);
});

it('is told once the others know', async () => {
  const { others, comes, told, answer } = seatZero();
  others.gone('A', 'BEFORE');
  comes();
  others.begin();
  others.gone('A', 'X');
  let isTold = false;
  const telling = others.told().then(() => {
    isTold = true;
  });
  await Promise.resolve();
  expect([told, isTold]).toEqual([['all', 'gone'], false]);
  answer();
  await telling;
});

it('gives new streams to who has the fewest, those being made included', () => {
  const { others, comes, says } = seatZero();
  expect(others.leastUsed(5)).toBeUndefined();
  comes();
  expect(others.leastUsed(0)).toBeUndefined();
  expect(others.leastUsed(1)).toBe(1);
  void others.create(1, { account: 'A', config: { name: 'X' } as never });
  expect(others.leastUsed(1)).toBeUndefined();
  says({ kind: 'all', streams: [], listened: [], takesStreams: false });
  expect(others.leastUsed(9)).toBeUndefined();
});

it('knows what feeds of other stores listen to, until these say otherwise', () => {
  const { others, comes, says } = seatZero();
  comes();
  const heard = (): boolean[] => ['A', 'B'].map((account) => others.isListened(account, '$JS.M.x'));
  says({ kind: 'listening', place: 'A $JS.M.x' });
  expect(heard()).toEqual([true, false]);
  says({ kind: 'silent', place: 'A $JS.M.x' });
  expect(heard()).toEqual([false, false]);
  says({ kind: 'listening', place: ' $JS.M.x' });
  expect(heard()).toEqual([true, true]);
});

it('says what it uses when that has changed, and counts what others use', () => {
  const { others, comes, says, said, usage, elsewhere, pass } = seatZero();
  comes();
  usage.push(['A', 'file R1', 100]);
  others.begin();
  said.length = 0;
  pass();
  expect(said).toEqual([]);
  usage[0] = ['A', 'file R1', 150];
  pass();
  expect(said).toEqual([{ kind: 'used', rooms: [['A', 'file R1', 150]] }]);
  says({ kind: 'used', rooms: [['A', 'file R1', 70]] });
  says({ kind: 'used', rooms: [['A', 'file R1', 50]] });
  // It has begun anew, and says what it uses behind that.
  comes();
  says({ kind: 'used', rooms: [['A', 'file R1', 60]] });
  expect(elsewhere).toEqual(['A file R1 70', 'A file R1 50', 'A file R1 0', 'A file R1 60']);
  expect([others.used('A', 'file R1'), others.used('A', 'memory R1')]).toEqual([60, 0]);
});

it.each(['is away', 'is given up', 'does not answer'])(
  'lists and usage wait a moment for a store that %s, then tell what is known',
  async (how) => {
    const { others, comes, says, link, pass } = seatZero();
    comes();
    for (const name of ['X', 'Y']) {
      says({ kind: 'listed', stream: { account: 'A', name, config: { name, num_replicas: 1 } } });
    }
    const rooms = [
      ['A', 'file R1', 70],
      ['A', 'memory R1', 5],
      ['B', 'file R1', 9],
    ];
    says({ kind: 'used', rooms });
    if (how !== 'does not answer') others.linkDown(link);
    if (how === 'is given up') pass();
    const { usage, list } = otherStores(others);
    const answers = Promise.all([usage('A'), list([...others.catalogue.of('A')])]);
    if (how !== 'is given up') pass(1000);
    const tiers = { R1: { memory: 5, storage: 70, streams: 2, consumers: 0 } };
    expect(await answers).toEqual([[{ tiers, api: { total: 0, errors: 0 } }], { streams: [], missing: ['X', 'Y'] }]);
  },
);
