import { expect, it } from 'vitest';
import { Account } from './account.ts';
import { AwaitedReplies, type AwaitedReply, awaitedAt } from './awaited-replies.ts';
import type { LatencyMeasurement } from './service-latency.ts';
import { ManualRuntime } from './testing/manual-runtime.ts';

const MAX = 131_072;
const INBOX = Buffer.from('inbox');
const [service, greedy, modest, third] = ['S', 'G', 'M', 'T'].map((name) => new Account(name));

it('has a bound, and who waits for most of them pays for it', () => {
  const replies = new AwaitedReplies(new ManualRuntime(), () => 1);
  const add = (requester: Account): AwaitedReply =>
    replies.add(service, requester, 'q', { responseType: 'Singleton' }, 0, null, INBOX, 0, INBOX.length);
  const known = (all: readonly AwaitedReply[]): boolean[] => all.map((one) => replies.get(awaitedAt(one)) === one);

  const early = add(modest);
  const all = Array.from({ length: MAX - 1 }, () => add(greedy));
  expect([replies.size, replies.dropped]).toEqual([MAX, 0]);
  const late = add(third);
  add(greedy);
  expect([replies.size, replies.dropped]).toEqual([MAX, 2]);
  expect(known([early, late, ...all.slice(0, 3)])).toEqual([true, true, false, false, true]);

  for (const one of all) replies.delete(one);
  expect([replies.size, known([early, late])]).toEqual([3, [true, true]]);
});

it('knows by the whole subject whose a slot is', () => {
  const replies = new AwaitedReplies(new ManualRuntime(), () => 35);
  const latency = {} as LatencyMeasurement;
  const add = (timed: boolean): AwaitedReply =>
    replies.add(service, modest, 'q', { responseType: 'Singleton' }, 0, timed ? latency : null, INBOX, 0, INBOX.length);
  const [first, second] = [add(false), add(true)];
  expect([replies.get(awaitedAt(first)), replies.get(awaitedAt(second))]).toEqual([first, second]);
  replies.delete(first);
  const third = add(false);
  expect([third.slot, replies.get(awaitedAt(first)), replies.get(awaitedAt(third))]).toEqual([
    first.slot,
    undefined,
    third,
  ]);
  replies.delete(first);
  const swapped = (one: AwaitedReply, slot: string): string => awaitedAt(one).replace(/.(\.T)?$/, `${slot}$1`);
  const guesses = [
    '_R_',
    '_R_.z',
    '_R_.z.',
    '_R_.z.0',
    `_R_.z.${'x'.repeat(16)}`,
    '_R_.z.T',
    swapped(third, '1'),
    swapped(third, '!'),
    swapped(second, '0'),
  ];
  expect([replies.size, guesses.map((one) => replies.get(one))]).toEqual([2, guesses.map(() => undefined)]);
});

it('who has waited too long is forgotten, and with the last one everybody who waited', () => {
  const runtime = new ManualRuntime();
  const replies = new AwaitedReplies(runtime, () => 1);
  const add = (thresholdMs: number): AwaitedReply =>
    replies.add(
      service,
      greedy,
      'q',
      { responseType: 'Streamed', thresholdMs },
      runtime.now(),
      null,
      INBOX,
      0,
      INBOX.length,
    );
  const [short, long, middle] = [add(500), add(2500), add(1500)];
  const known = (): boolean[] => [short, long, middle].map((one) => replies.get(awaitedAt(one)) === one);
  runtime.advance(1000);
  expect(known()).toEqual([false, true, true]);
  runtime.advance(1000);
  expect(known()).toEqual([false, true, false]);
  runtime.advance(1000);
  expect([replies.size, runtime.timers]).toEqual([0, 0]);
  expect(replies.get(awaitedAt(add(500)))?.slot).toBeLessThan(3);
});
