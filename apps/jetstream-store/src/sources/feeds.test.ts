import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeNode } from '../testing/fake-node.ts';

let node: FakeNode;

beforeEach(async () => {
  node = await FakeNode.start();
});

afterEach(() => node.stop());

type Info = { state: Record<string, unknown>; mirror?: Record<string, unknown>; sources?: Record<string, unknown>[] };

const info = async (stream: string): Promise<Info> => (await node.ask(`$JS.API.STREAM.INFO.${stream}`)) as never;

/** As soon as a stream's state is so. */
async function reached(stream: string, state: Record<string, number>): Promise<Info> {
  for (;;) {
    const now = await info(stream);
    if (Object.entries(state).every(([key, value]) => now.state[key] === value)) return now;
    await setImmediate();
  }
}

async function create(config: { name: string } & Record<string, unknown>): Promise<Record<string, unknown>> {
  return node.ask(`$JS.API.STREAM.CREATE.${config.name}`, config);
}

it('mirrors what is there, what comes, and what came while it was away', async () => {
  await create({ name: 'O', subjects: ['o.>'] });
  for (const body of ['one', 'two']) await node.ask('o.a', body);
  await create({ name: 'M', mirror: { name: 'O' } });
  await reached('M', { last_seq: 2 });
  await node.ask('o.b', 'three');
  const { mirror } = await reached('M', { last_seq: 3 });
  expect(mirror).toEqual({ name: 'O', lag: 0, active: expect.any(Number) });
  expect(mirror?.active).toBeGreaterThan(0);
  await node.restart();
  await node.ask('o.b', 'four');
  await reached('M', { last_seq: 4, messages: 4 });
});

it('takes from several origins, filtered and transformed, in memory and on disk', async () => {
  await create({ name: 'A', subjects: ['a.>'] });
  await create({ name: 'B', subjects: ['b'], storage: 'memory' });
  const sources = [
    { name: 'A', filter_subject: 'a.1' },
    { name: 'A', subject_transforms: [{ src: 'a.2', dest: 'c.2' }] },
    { name: 'B' },
    { name: 'NOPE' },
  ];
  await create({ name: 'S', subjects: ['own'], sources });
  for (const subject of ['a.1', 'a.2', 'a.3', 'b', 'own']) await node.ask(subject, subject);
  const { sources: infos } = await reached('S', { messages: 4 });
  expect(infos?.map(({ name, lag, seq, error }) => [name, lag, seq, error])).toEqual([
    ['A', 0, 1, undefined],
    ['A', 0, 2, undefined],
    ['B', 0, 1, undefined],
    ['NOPE', 0, undefined, { code: 404, err_code: 10059, description: 'stream not found' }],
  ]);
  await create({ name: 'NOPE', subjects: ['nope'] });
  await node.ask('nope', 'here now');
  await reached('S', { messages: 5 });
});

it('starts where it is told to', async () => {
  await create({ name: 'O', subjects: ['o'] });
  for (let i = 0; i < 5; i++) await node.ask('o', `${i}`);
  await create({ name: 'M', mirror: { name: 'O', opt_start_seq: 4 } });
  await create({ name: 'S', sources: [{ name: 'O', opt_start_seq: 4 }] });
  await create({ name: 'T', mirror: { name: 'O', opt_start_time: '2099-01-01T00:00:00Z' } });
  await reached('M', { first_seq: 4, last_seq: 5, messages: 2 });
  await reached('S', { first_seq: 1, last_seq: 2, messages: 2 });
  await reached('T', { first_seq: 6, last_seq: 5, messages: 0 });
});

it('is a stream of its own once it is a mirror no longer', async () => {
  await create({ name: 'O', subjects: ['o'] });
  await node.ask('o', 'one');
  await create({ name: 'M', mirror: { name: 'O' } });
  await reached('M', { last_seq: 1 });
  await node.ask('$JS.API.STREAM.UPDATE.M', { name: 'M', subjects: ['m'] });
  expect(await node.ask('m', 'mine')).toEqual({ stream: 'M', seq: 2 });
  await node.ask('o', 'two');
  expect(await info('M')).toMatchObject({ state: { messages: 2 } });
});

it('waits with what has no place, says why, and goes on when there is', async () => {
  await create({ name: 'O', subjects: ['o'] });
  for (let i = 0; i < 3; i++) await node.ask('o', `${i}`);
  await create({ name: 'M', mirror: { name: 'O' }, max_msgs: 2, discard: 'new' });
  const { mirror } = await reachedError('M');
  expect(mirror).toMatchObject({ lag: 1, error: { err_code: 10077, description: 'maximum messages exceeded' } });
  expect(node.errors).toEqual(["JetStream stream '$G > M' takes nothing from 'O': maximum messages exceeded"]);
  const config = { name: 'M', mirror: { name: 'O' }, max_msgs: 3, discard: 'new' };
  await node.ask('$JS.API.STREAM.UPDATE.M', config);
  expect((await reached('M', { last_seq: 3 })).mirror).not.toHaveProperty('error');
});

async function reachedError(stream: string): Promise<Info> {
  for (;;) {
    const now = await info(stream);
    if (now.mirror?.error !== undefined) return now;
    await setImmediate();
  }
}

it('goes on with an origin that was deleted and made anew: a source from its beginning', async () => {
  await create({ name: 'O', subjects: ['o'] });
  for (const body of ['one', 'two']) await node.ask('o', body);
  await create({ name: 'S', sources: [{ name: 'O' }] });
  await reached('S', { messages: 2 });
  await node.ask('$JS.API.STREAM.DELETE.O');
  expect((await info('S')).sources?.[0]).toMatchObject({ error: { err_code: 10059 } });
  await create({ name: 'O', subjects: ['o'] });
  await node.ask('o', 'reborn');
  await reached('S', { messages: 3 });
});

it('takes sources out and in again without taking anything twice', async () => {
  await create({ name: 'O', subjects: ['o'] });
  await node.ask('o', 'one');
  await create({ name: 'S', subjects: ['s'], sources: [{ name: 'O' }] });
  await reached('S', { messages: 1 });
  await node.ask('$JS.API.STREAM.UPDATE.S', { name: 'S', subjects: ['s'] });
  expect(await info('S')).not.toHaveProperty('sources');
  await node.ask('o', 'two');
  await node.ask('$JS.API.STREAM.UPDATE.S', { name: 'S', subjects: ['s'], sources: [{ name: 'O' }] });
  await reached('S', { messages: 2 });
});

it('refuses what would go round in a circle', async () => {
  await create({ name: 'A', subjects: ['a'], sources: [{ name: 'B' }] });
  expect(await create({ name: 'B', sources: [{ name: 'A' }] })).toMatchObject({
    error: { err_code: 10052, description: 'detected cycle' },
  });
});

it('catches up with many messages a few at a time', async () => {
  await create({ name: 'O', subjects: ['o.*'] });
  for (let i = 0; i < 2500; i++) node.publish(`o.${i % 7}`, `${i}`);
  await reached('O', { messages: 2500 });
  await create({ name: 'M', mirror: { name: 'O' } });
  await create({ name: 'S', sources: [{ name: 'M', filter_subject: 'o.3' }] });
  await reached('M', { messages: 2500, num_subjects: 7 });
  await reached('S', { messages: 357 });
});

it('answers direct gets in the place of its origin, in its own name, where that does not', async () => {
  const get = async (subject: string, request: object | string): Promise<string[]> => {
    const { headers, body } = await node.request(`$JS.API.DIRECT.GET.${subject}`, request);
    return [/Nats-Stream: (\w+)/.exec(headers)?.[1] ?? headers.slice(9, 12), body];
  };
  await create({ name: 'O', subjects: ['o.>'], allow_direct: true });
  for (const body of ['one', 'two']) await node.ask('o.a', body);
  await create({ name: 'M', mirror: { name: 'O' }, mirror_direct: true });
  await create({ name: 'N', mirror: { name: 'O' } });
  for (const name of ['M', 'N']) await reached(name, { last_seq: 2 });
  expect(await get('O', { seq: 1 })).toEqual(['O', 'one']);
  await node.ask('$JS.API.STREAM.DELETE.O');
  expect(await get('O', { seq: 1 })).toEqual(['M', 'one']);
  expect(await get('O.o.a', '')).toEqual(['M', 'two']);
  expect((await get('N', { seq: 1 }))[0]).toBe('503');
  await node.ask('$JS.API.STREAM.UPDATE.M', { name: 'M', mirror: { name: 'O' }, mirror_direct: false });
  // As its origin was when it was created.
  expect(await get('O', { seq: 1 })).toEqual(['N', 'one']);
  await node.ask('$JS.API.STREAM.DELETE.N');
  expect((await get('O', { seq: 1 }))[0]).toBe('503');
});
