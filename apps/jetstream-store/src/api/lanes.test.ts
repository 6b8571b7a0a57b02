import { expect, it } from 'vitest';
import { Lanes } from './lanes.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('one stream’s requests take turns, other streams’ do not wait, the account’s wait for all', async () => {
  const lanes = new Lanes();
  const order: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => (): Promise<void> => {
    order.push(name);
    return new Promise((resolve) => ends.set(name, resolve));
  };
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await turn();
  };
  lanes.take('A', 's', work('s1'));
  lanes.take('A', 's', work('s2'));
  lanes.take('A', 't', work('t1'));
  lanes.take('A', '', work('all'));
  lanes.take('A', 't', work('t2'));
  lanes.take('B', 's', work('other account'));
  await turn();
  expect(order).toEqual(['s1', 't1', 'other account']);
  expect([lanes.isFree('A', 's'), lanes.isFree('A', 'u'), lanes.isFree('B', 'u'), lanes.isFree('B', '')]).toEqual([
    false,
    false,
    true,
    false,
  ]);
  await end('s1');
  await end('t1');
  expect(order.slice(3)).toEqual(['s2']);
  await end('s2');
  expect(order.slice(4)).toEqual(['all']);
  await end('all');
  expect(order.slice(5)).toEqual(['t2']);
  await end('t2');
  await end('other account');
  expect(lanes.count).toBe(0);
  expect(lanes.isFree('A', '')).toBe(true);
});
