import { afterEach, beforeEach, expect, it } from 'vitest';
import { Presence } from './presence.ts';
import { FakeNode } from './testing/fake-node.ts';

const SECOND = 1e9;
let node: FakeNode;

beforeEach(async () => {
  node = await FakeNode.start();
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['s'], storage: 'memory' });
});

afterEach(() => node.stop());

const create = (config: object) =>
  node.ask('$JS.API.CONSUMER.CREATE.S.C', {
    stream_name: 'S',
    config: { name: 'C', ack_policy: 'explicit', ...config },
  });
const pull = (inbox: string, request: object = {}) =>
  node.publish('$JS.API.CONSUMER.MSG.NEXT.S.C', JSON.stringify({ batch: 5, ...request }), inbox);
const waiting = async () => (await node.ask('$JS.API.CONSUMER.INFO.S.C')).num_waiting;

it('counts those who wait and are there, as often as it is asked', async () => {
  await create({});
  expect(await waiting()).toBe(0);
  expect(node.asked).toBe(0);
  for (const inbox of ['in.a', 'in.b', 'in.b']) pull(inbox);
  expect(await waiting()).toBe(3);
  node.unheard.add('in.b');
  expect(await waiting()).toBe(1);
  const next = node.next('in.a');
  await node.ask('s', 'one');
  expect(await next).toMatchObject({ body: 'one' });
});

it('does not let those who are gone keep others out', async () => {
  await create({ max_waiting: 2 });
  for (const inbox of ['in.a', 'in.b']) pull(inbox);
  node.unheard.add('in.a');
  // As nats-server does: the first one is refused, and from then on there is room.
  const refused = node.next('in.c');
  pull('in.c');
  expect((await refused).headers).toContain('409 Exceeded MaxWaiting');
  await node.ask('$JS.API.STREAM.INFO.S');
  const { asked } = node;
  pull('in.c');
  pull('in.d');
  expect(await waiting()).toBe(2);
  expect([asked, node.asked]).toEqual([1, 2]);
  for (const inbox of ['in.b', 'in.c']) {
    const next = node.next(inbox);
    await node.ask('s', inbox);
    expect(await next).toMatchObject({ body: inbox });
  }
});

it('ends what only those who are gone have waited for', async () => {
  await create({ inactive_threshold: 0.05 * SECOND });
  const deleted = node.next('$JS.EVENT.ADVISORY.CONSUMER.DELETED.S.C');
  node.unheard.add('in.a');
  pull('in.a');
  expect((await deleted).body).toContain('"delete"');
});

it('takes for there whom it cannot ask about', async () => {
  const links = new Map();
  const request = () => Promise.reject(new Error('timeout'));
  const linkTo = () => ({ peer: { id: 7 } }) as never;
  expect(await new Presence({ links, request, linkTo }).gone('$G', ['\0\0\0\x07in.a'])).toEqual(new Set());
  expect(await new Presence({ links, request, linkTo: () => undefined }).gone('$G', ['\0\0\0\x07in.a'])).toEqual(
    new Set(),
  );
});
