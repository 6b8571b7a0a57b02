import { expect, it } from 'vitest';
import { SyncPace } from './sync-pace.ts';

function quick(): SyncPace {
  const pace = new SyncPace();
  for (let i = 0; i < 32; i++) {
    expect(pace.isForLoop(100)).toBe(false);
    pace.took(0.3, false);
  }
  return pace;
}

it('syncs in the event loop when the disk has been quick for a while', () => {
  const pace = quick();
  expect(pace.isForLoop(16_384)).toBe(true);
  pace.took(0.1, true);
  expect(pace.isForLoop(16_384)).toBe(true);
});

it('leaves much at once to a thread', () => {
  expect(quick().isForLoop(16_385)).toBe(false);
});

it.each([
  ['the event loop', true, 2.1],
  ['a thread', false, 1.1],
])('begins to count anew after one that took long in %s', (_, inLoop, ms) => {
  const pace = quick();
  pace.took(ms, inLoop);
  for (let i = 0; i < 32; i++) {
    expect(pace.isForLoop(1)).toBe(false);
    pace.took(0.3, false);
  }
  expect(pace.isForLoop(1)).toBe(true);
});

it('never waits in the event loop for a slow disk', () => {
  const pace = new SyncPace();
  for (let i = 0; i < 1000; i++) {
    expect(pace.isForLoop(1)).toBe(false);
    pace.took(8, false);
  }
});
