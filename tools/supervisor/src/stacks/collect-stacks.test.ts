import type { Frame, ProcessStacks } from '@skein/diagnostics';
import { expect, it } from 'vitest';
import { collectStacks, STACKS_MS_MAX, type StackSource } from './collect-stacks.ts';

const never = <T>(): Promise<T> => new Promise<T>(() => {});
const frame = (name: string): Frame => ({ function: name, file: 'file:///x.ts', line: 1, column: 1 });
const stacks = (name: string): ProcessStacks => ({
  threads: [{ thread: 'main', state: 'running', frames: [frame(name)] }],
  waiting: {},
});

/** Lets every timer that is due by then fire, in order, with promises settled in between. */
function fakeTimers() {
  const timers: { ms: number; fn: () => void }[] = [];
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    after: (ms: number, fn: () => void) => timers.push({ ms, fn }),
    async advance(toMs: number) {
      await settle();
      for (const { fn } of timers.filter(({ ms }) => ms <= toMs).sort((a, b) => a.ms - b.ms)) {
        fn();
        await settle();
      }
    },
  };
}

it('asks, stops the one that is stuck, and gives up on the one that does not even stop', async () => {
  const paused: string[] = [];
  const source = (name: string, ask: () => Promise<ProcessStacks>, pause: () => Promise<Frame[]>): StackSource => ({
    name,
    pid: 7,
    ask,
    pause: () => {
      paused.push(name);
      return pause();
    },
  });
  const { after, advance } = fakeTimers();
  const text = collectStacks(
    [
      source('router 0', async () => stacks('answers'), never),
      source('gateway 0', never, async () => [frame('spin')]),
      source('gateway 1', never, never),
      source('monitor 0', never, () => Promise.reject(new Error('no'))),
    ],
    after,
  );
  await advance(STACKS_MS_MAX);
  expect((await text).split('\n\n')).toEqual([
    'router 0 pid 7 thread main [running]:\nanswers()\n\tfile:///x.ts:1:1',
    'gateway 0 pid 7 thread main [stuck]:\nspin()\n\tfile:///x.ts:1:1',
    'gateway 1 pid 7 thread main [no answer: stopped, or inside native code]:',
    'monitor 0 pid 7 thread main [no answer: stopped, or inside native code]:\n',
  ]);
  expect(paused).toEqual(['gateway 0', 'gateway 1', 'monitor 0']);
});
