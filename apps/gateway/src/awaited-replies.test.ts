import { expect, it } from 'vitest';
import { Account } from './account.ts';
import { AwaitedReplies } from './awaited-replies.ts';
import { ManualRuntime } from './testing/manual-runtime.ts';

const MAX = 131_072;
const [service, greedy, modest, third] = ['S', 'G', 'M', 'T'].map((name) => new Account(name));

it('has a bound, and who waits for most of them pays for it', () => {
  const replies = new AwaitedReplies(new ManualRuntime(), () => 1);
  const add = (requester: Account): string =>
    replies.add(service, requester, 'inbox', 'q', { responseType: 'Singleton' }, 0).subject;
  const known = (subjects: readonly string[]): boolean[] => subjects.map((one) => replies.get(one) !== undefined);

  const early = add(modest);
  const all = Array.from({ length: MAX - 1 }, () => add(greedy));
  expect([replies.size, replies.dropped]).toEqual([MAX, 0]);
  const late = add(third);
  add(greedy);
  expect([replies.size, replies.dropped]).toEqual([MAX, 2]);
  expect(known([early, late, ...all.slice(0, 3)])).toEqual([true, true, false, false, true]);

  for (const subject of all) replies.delete(subject);
  expect([replies.size, known([early, late])]).toEqual([3, [true, true]]);
});
