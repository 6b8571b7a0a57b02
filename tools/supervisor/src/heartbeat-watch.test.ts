import { expect, it } from 'vitest';
import { HeartbeatWatch } from './heartbeat-watch.ts';

const limit = (): number => 2000;
const neverWaits = (): number => 0;

it('finds who is silent for longer than its limit', () => {
  const watch = new HeartbeatWatch<string>(500, neverWaits);
  watch.beat('frozen', 0);
  watch.beat('slow', 0);
  for (let now = 500; now <= 2000; now += 500) {
    watch.beat('well', now);
    expect(watch.overdue(now, limit)).toEqual([]);
  }
  expect(watch.overdue(2500, (key) => (key === 'slow' ? 5000 : 2000))).toEqual(['frozen']);
});

it('does not blame others for its own standstill', () => {
  const watch = new HeartbeatWatch<string>(500, neverWaits);
  watch.beat('a', 0);
  expect(watch.overdue(500, limit)).toEqual([]);
  expect(watch.overdue(60_000, limit)).toEqual([]);
  for (let now = 60_500; now <= 62_000; now += 500) expect(watch.overdue(now, limit)).toEqual([]);
  expect(watch.overdue(62_500, limit)).toEqual(['a']);
});

it('forgets', () => {
  const watch = new HeartbeatWatch<string>(5000, neverWaits);
  watch.beat('a', 0);
  watch.forget('a');
  expect(watch.overdue(5000, limit)).toEqual([]);
});

it('does not blame a process that waits for a processor', () => {
  let now = 0;
  const watch = new HeartbeatWatch<string>(500, (key) => (key === 'starved' ? now : 0));
  watch.beat('starved', 0);
  watch.beat('frozen', 0);
  const found = new Set<string>();
  for (now = 500; now <= 20_000; now += 500) for (const key of watch.overdue(now, limit)) found.add(key);
  expect([...found]).toEqual(['frozen']);
});
