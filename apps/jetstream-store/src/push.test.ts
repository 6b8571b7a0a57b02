import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeNode, type Sent } from './testing/fake-node.ts';

const SECOND = 1e9;
let node: FakeNode;

beforeEach(async () => {
  node = await FakeNode.start();
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['s.>'] });
});

afterEach(() => node.stop());

async function create(config: object): Promise<void> {
  const asked = { name: 'C', durable_name: 'C', ack_policy: 'explicit', deliver_subject: 'd.x', ...config };
  expect(await node.ask('$JS.API.CONSUMER.CREATE.S.C', { stream_name: 'S', config: asked })).not.toHaveProperty(
    'error',
  );
}

/** What goes to the consumer's subject, one after the other. */
const next = (): Promise<Sent> => node.next('d.x');

it('pushes to whoever is interested, and goes on where it was for who comes later', async () => {
  await create({});
  await node.ask('s.a', 'one');
  const first = next();
  node.subscribe('d.x');
  expect(await first).toMatchObject({ shown: 's.a', body: 'one' });
  await node.request((await first).reply, '+ACK');
  node.subscribe('d.x', false);
  await node.ask('s.b', 'two');
  await node.restart();
  const second = next();
  node.subscribe('d.x');
  expect(await second).toMatchObject({ shown: 's.b', body: 'two' });
  expect(node.sent.filter(({ subject }) => subject === 'd.x')).toHaveLength(2);
});

it('pushes to a queue group only while somebody is in it', async () => {
  await create({ deliver_group: 'q' });
  node.subscribe('d.x');
  await node.ask('s.a', 'one');
  expect(node.sent.filter(({ subject }) => subject === 'd.x')).toEqual([]);
  const first = next();
  node.subscribe('d.x', true, 'q');
  expect(await first).toMatchObject({ body: 'one' });
});

it('beats while there is nothing to push', async () => {
  node.subscribe('d.x');
  const beat = next();
  await create({ idle_heartbeat: 0.1 * SECOND });
  expect((await beat).headers).toContain('100 Idle Heartbeat');
  expect((await beat).headers).toContain('Nats-Last-Consumer: 0');
});

it('asks what has arrived, stops when it is not told, and goes on when it is', async () => {
  node.subscribe('d.x');
  await create({ ack_policy: 'none', flow_control: true, idle_heartbeat: 30 * SECOND });
  const payload = 'x'.repeat(100_000);
  const count = (): number => node.sent.filter(({ subject, body }) => subject === 'd.x' && body === payload).length;
  for (let i = 0; i < 30; i++) await node.ask('s.a', payload);
  const question = node.sent.find(({ headers }) => headers.includes('FlowControl Request'));
  expect(question?.reply).toMatch(/^\$JS\.FC\.S\.C\./);
  expect(count()).toBe(21);
  const following = next();
  node.publish(question?.reply as string);
  await following;
  await node.ask('s.a', 'last');
  expect(count()).toBe(30);
});

it('is acknowledged by answers to flow control, where that is its policy', async () => {
  node.subscribe('d.x');
  await create({ ack_policy: 'flow_control', max_ack_pending: 1 });
  await node.ask('s.a', 'one');
  const question = node.sent.find(({ headers }) => headers.includes('FlowControl Request'));
  const following = next();
  await node.ask('s.a', 'two');
  node.publish(question?.reply as string, '', '', 'Nats-Last-Consumer: 1\r\nNats-Last-Stream: 1');
  expect(await following).toMatchObject({ body: 'two' });
});

it('goes when nobody was interested for too long', async () => {
  await create({ durable_name: undefined, inactive_threshold: 0.05 * SECOND });
  const gone = node.next('$JS.EVENT.ADVISORY.CONSUMER.DELETED.S.C');
  expect((await gone).body).toContain('"delete"');
});

it('is not taken away from who is interested', async () => {
  await create({});
  node.subscribe('d.x');
  await node.ask('s.a', 'one');
  const config = { durable_name: 'C', ack_policy: 'explicit', deliver_subject: 'd.y' };
  const update = { stream_name: 'S', config };
  expect(await node.ask('$JS.API.CONSUMER.CREATE.S.C', update)).toMatchObject({ error: { err_code: 10013 } });
  node.subscribe('d.x', false);
  const moved = node.next('d.y');
  node.subscribe('d.y');
  expect(await node.ask('$JS.API.CONSUMER.CREATE.S.C', update)).not.toHaveProperty('error');
  expect(await moved).toMatchObject({ body: 'one' });
  expect((await moved).reply).toContain('$JS.ACK.S.C.2.1.2.');
});

it('has the one of many that create it at once who is interested in its own', async () => {
  const subjects = ['d.1', 'd.2', 'd.3', 'd.4'];
  for (const subject of subjects) node.subscribe(subject);
  const config = { durable_name: 'C', ack_policy: 'explicit' };
  const answers = await Promise.all(
    subjects.map((deliver_subject) =>
      node.ask('$JS.API.CONSUMER.CREATE.S.C', { stream_name: 'S', config: { ...config, deliver_subject } }),
    ),
  );
  expect(answers[0]).toMatchObject({ push_bound: true, config: { deliver_subject: 'd.1' } });
  for (const answer of answers.slice(1)) expect(answer).toMatchObject({ error: { err_code: 10013 } });
});

it('is created, too, where the gateway does not say in time who is interested', async () => {
  node.isSilent = true;
  const config = { durable_name: 'C', ack_policy: 'explicit', deliver_subject: 'd.x' };
  const answer = await node.ask('$JS.API.CONSUMER.CREATE.S.C', { stream_name: 'S', config });
  expect(answer).toMatchObject({ name: 'C' });
  expect(answer).not.toHaveProperty('push_bound');
});

it('gives what nobody was there for to the next one, and asks nothing more of who is gone', async () => {
  await create({ deliver_subject: undefined });
  const gone = node.next('in.gone');
  node.publish('$JS.API.CONSUMER.MSG.NEXT.S.C', '{"batch":5}', 'in.gone');
  await node.ask('s.a', 'one');
  const here = node.next('in.here');
  node.publish('$JS.API.CONSUMER.MSG.NEXT.S.C', '{"batch":5}', 'in.here');
  node.giveBack(await gone);
  expect(await here).toMatchObject({ body: 'one' });
  expect((await here).reply).toContain('$JS.ACK.S.C.1.1.2.');
  await node.ask('s.a', 'two');
  expect(node.sent.filter(({ subject }) => subject === 'in.gone')).toHaveLength(1);
});

it('pushes nothing again that is not to be acknowledged: it would come behind what followed', async () => {
  node.subscribe('d.x');
  await create({ ack_policy: 'none' });
  const first = next();
  await node.ask('s.a', 'one');
  node.giveBack(await first);
  const second = next();
  await node.ask('s.b', 'two');
  expect(await second).toMatchObject({ body: 'two' });
});

it('takes nothing back of a delivery that has been followed by another', async () => {
  await create({ deliver_subject: undefined });
  await node.ask('s.a', 'one');
  const first = await node.request('$JS.API.CONSUMER.MSG.NEXT.S.C', '1');
  await node.request(first.reply, '-NAK');
  const second = await node.request('$JS.API.CONSUMER.MSG.NEXT.S.C', '1');
  expect(second.reply).toContain('$JS.ACK.S.C.2.1.2.');
  node.giveBack(first);
  const none = await node.request('$JS.API.CONSUMER.MSG.NEXT.S.C', '{"no_wait":true}');
  expect(none.headers).toContain('404');
});

it('confirms nothing of what it has not delivered, and does not take it for acknowledged', async () => {
  await create({ deliver_subject: undefined, ack_policy: 'all' });
  for (const body of ['one', 'two', 'three']) await node.ask('s.a', body);
  const first = await node.request('$JS.API.CONSUMER.MSG.NEXT.S.C', '1');
  for (const body of ['', '+ACK', '+TERM']) node.publish('$JS.ACK.S.C.1.2.2.1700000000000000000.0', body, 'in.unknown');
  const counts = { ack_floor: { stream_seq: 0 }, num_ack_pending: 1 };
  expect(await node.ask('$JS.API.CONSUMER.INFO.S.C')).toMatchObject(counts);
  expect((await node.request(first.reply, '+ACK')).body).toBe('');
  expect(node.sent.filter(({ subject }) => subject === 'in.unknown')).toEqual([]);
});

it('is acknowledged by answers up to both places that they name, no further', async () => {
  node.subscribe('d.x');
  await create({ ack_policy: 'flow_control', max_ack_pending: 2 });
  for (const body of ['one', 'two']) await node.ask('s.a', body);
  const question = node.sent.find(({ headers }) => headers.includes('FlowControl Request'));
  node.publish(question?.reply as string, '', '', 'Nats-Last-Consumer: 1\r\nNats-Last-Stream: 2');
  await node.ask('s.a', 'three');
  expect(await node.ask('$JS.API.CONSUMER.INFO.S.C')).toMatchObject({ ack_floor: { consumer_seq: 1, stream_seq: 1 } });
});

it('asks anew where its messages go now', async () => {
  const byFlow = { ack_policy: 'flow_control', flow_control: true, idle_heartbeat: 30 * SECOND, max_ack_pending: 1 };
  node.subscribe('d.x');
  await create(byFlow);
  await node.ask('s.a', 'one');
  node.subscribe('d.x', false);
  node.subscribe('d.y');
  const again = node.next('d.y');
  const config = { durable_name: 'C', ...byFlow, deliver_subject: 'd.y' };
  await node.ask('$JS.API.CONSUMER.CREATE.S.C', { stream_name: 'S', config });
  expect(await again).toMatchObject({ body: 'one' });
  const asked = node.sent.filter(({ headers }) => headers.includes('FlowControl Request'));
  expect(asked.map(({ subject }) => subject)).toEqual(['d.x', 'd.y']);
});

it('tells that a pause is over when it is, and not again after a restart', async () => {
  const pause_until = new Date(Date.now() + 50).toISOString();
  const resumed = node.next('$JS.EVENT.ADVISORY.CONSUMER.PAUSE.S.C');
  await create({ pause_until });
  node.subscribe('d.x');
  expect(JSON.parse((await resumed).body)).toMatchObject({ paused: false });
  node.sent.length = 0;
  await node.restart();
  const first = next();
  await node.ask('s.a', 'one');
  expect(await first).toMatchObject({ body: 'one' });
  expect(node.sent.filter(({ subject }) => subject.includes('PAUSE'))).toEqual([]);
});
