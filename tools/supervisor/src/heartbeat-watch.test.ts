import { expect, it } from 'vitest';
import { HeartbeatWatch } from './heartbeat-watch.ts';

const limit = (): number => 2000;

it('finds who is silent for longer than its limit', () => {
  const watch = new HeartbeatWatch<string>(500);
  watch.beat('frozen', 0);
  watch.beat('slow', 0);
  for (let now = 500; now <= 2000; now += 500) {
    watch.beat('well', now);
    expect(watch.overdue(now, limit)).toEqual([]);
  }
  expect(watch.overdue(2500, (key) => (key === 'slow' ? 5000 : 2000))).toEqual(['frozen']);
});

it('does not blame others for its own standstill', () => {
  const watch = new HeartbeatWatch<string>(500);
  watch.beat('a', 0);
  expect(watch.overdue(500, limit)).toEqual([]);
  expect(watch.overdue(60_000, limit)).toEqual([]);
  for (let now = 60_500; now <= 62_000; now += 500) expect(watch.overdue(now, limit)).toEqual([]);
  expect(watch.overdue(62_500, limit)).toEqual(['a']);
});

it('forgets', () => {
  const watch = new HeartbeatWatch<string>(5000);
  watch.beat('a', 0);
  watch.forget('a');
  expect(watch.overdue(5000, limit)).toEqual([]);
});
