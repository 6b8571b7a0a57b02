import { expect, it } from 'vitest';
import { Waiting } from './waiting.ts';

it('is bounded by number and bytes, and does things in order while there is room', () => {
  const waiting = new Waiting();
  const done: number[] = [];
  const hold = (number: number, bytes = 1): boolean => waiting.hold(bytes, 3, () => done.push(number));
  expect([hold(1), hold(2, 64 * 1024 * 1024), hold(2), hold(3), hold(4)]).toEqual([true, false, true, true, false]);
  waiting.release(() => done.length < 2);
  expect(done).toEqual([1, 2]);
  expect(hold(4, 64 * 1024 * 1024 - 1)).toBe(true);
  waiting.release(() => true);
  expect(done).toEqual([1, 2, 3, 4]);
  expect(waiting.isEmpty).toBe(true);
});

it('what is put back while it is done waits for the next time', () => {
  const waiting = new Waiting();
  let times = 0;
  const again = (): void => {
    times++;
    waiting.hold(0, 9, again);
  };
  again();
  waiting.release(() => true);
  waiting.release(() => true);
  expect(times).toBe(3);
});
