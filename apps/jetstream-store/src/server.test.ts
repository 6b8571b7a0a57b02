import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LedConsumers } from './led-consumers.ts';
import { FakeNode } from './testing/fake-node.ts';

let node: FakeNode;

beforeEach(async () => {
  node = await FakeNode.start();
});

afterEach(() => node.stop());

it('acknowledges what it has stored, and has it after a restart', async () => {
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a.>'] });
  expect(node.interest.get('$G a.>')).toBe(1);
  expect(await node.ask('a.b', 'one')).toEqual({ stream: 'S', seq: 1 });
  expect(await node.ask('a.c', 'two')).toEqual({ stream: 'S', seq: 2 });
  await node.restart();
  expect(node.interest.get('$G a.>')).toBe(1);
  expect(await node.ask('$JS.API.STREAM.INFO.S')).toMatchObject({
    state: { messages: 2, last_seq: 2, num_subjects: 2 },
  });
  expect(await node.ask('a.b', 'three')).toEqual({ stream: 'S', seq: 3 });
});

it('gives messages to who asks for them, and goes on behind what was acknowledged', async () => {
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a'] });
  for (const body of ['one', 'two', 'three']) await node.ask('a', body);
  const config = { durable_name: 'C', ack_policy: 'explicit', ack_wait: 1e9 };
  await node.ask('$JS.API.CONSUMER.CREATE.S.C', { stream_name: 'S', config });
  const first = await node.request('$JS.API.CONSUMER.MSG.NEXT.S.C', '1');
  expect(first).toMatchObject({ body: 'one', shown: 'a' });
  expect(first.reply).toMatch(/^\$JS\.ACK\.S\.C\.1\.1\.1\.\d+\.2$/);
  await node.request(first.reply, '+ACK');
  await node.restart();
  expect((await node.request('$JS.API.CONSUMER.MSG.NEXT.S.C', '1')).body).toBe('two');
});

it('leads a consumer from when it is used, not from when it is asked about', async () => {
  const led = vi.spyOn(LedConsumers.prototype, 'add');
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a'] });
  await node.ask('a', 'one');
  const config = { durable_name: 'C', ack_policy: 'explicit' };
  await node.ask('$JS.API.CONSUMER.CREATE.S.C', { stream_name: 'S', config });
  expect(await node.ask('$JS.API.CONSUMER.INFO.S.C')).toMatchObject({ num_pending: 1, num_waiting: 0 });
  await node.ask('a', 'two');
  expect(await node.ask('$JS.API.CONSUMER.INFO.S.C')).toMatchObject({ num_pending: 2 });
  expect(led).not.toHaveBeenCalled();
  await node.request('$JS.API.CONSUMER.MSG.NEXT.S.C', '1');
  expect(await node.ask('$JS.API.CONSUMER.INFO.S.C')).toMatchObject({ num_pending: 1, num_ack_pending: 1 });
  expect(led).toHaveBeenCalledTimes(1);
  led.mockRestore();
});

it('answers what it was asked before it ends in order', async () => {
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a'] });
  await node.ask('a', 'one');
  // They wait for one another.
  const answers = Array.from({ length: 20 }, () => node.ask('$JS.API.STREAM.PURGE.S', { keep: 1 }));
  const last = node.ask('$JS.API.STREAM.INFO.S');
  await node.restart();
  for (const answer of answers) expect(await answer).toMatchObject({ success: true });
  expect(await last).toMatchObject({ state: { messages: 1 } });
});

it('keeps what was acknowledged without an orderly stop', async () => {
  await node.ask('$JS.API.STREAM.CREATE.M', { name: 'M', subjects: ['m'], storage: 'memory' });
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a'] });
  expect(await node.ask('m', 'gone')).toEqual({ stream: 'M', seq: 1 });
  await node.ask('$JS.API.STREAM.DELETE.S');
  expect(node.interest.get('$G a')).toBe(0);
  expect(await node.ask('$JS.API.STREAM.INFO.S')).toMatchObject({ error: { err_code: 10059 } });
  await node.restart();
  expect(await node.ask('$JS.API.STREAM.INFO.S')).toMatchObject({ error: { err_code: 10059 } });
  expect(await node.ask('$JS.API.STREAM.INFO.M')).toMatchObject({ error: { err_code: 10059 } });
});
