import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Frame, whereText } from '@skein/diagnostics';
import { afterEach, expect, it } from 'vitest';
import { startChild } from '../child.ts';
import { until } from '../fixtures/spawned-node.ts';
import { Supervised } from '../supervised.ts';
import { collectStacks, STACKS_MS_MAX, STUCK_MS, type StackSource } from './collect-stacks.ts';

const after = (ms: number, fn: () => void): void => {
  setTimeout(fn, ms).unref();
};

/** The clock of a machine that is as fast as it takes: what is a matter of milliseconds there may take longer here. */
const slow = (ms: number, fn: () => void): void => after(20 * ms, fn);

let started: Supervised[] = [];

afterEach(() => {
  for (const one of started) {
    one.retired = true;
    one.kill();
  }
  started = [];
});

function start(fixture: string, component: 'router' | 'gateway') {
  const program = fileURLToPath(new URL(`../fixtures/${fixture}.ts`, import.meta.url));
  const args = ['--run-dir', tmpdir(), '--secret-file', '/dev/null', '--instance', '0'];
  const log: string[] = [];
  return new Promise<{ supervised: Supervised; source: StackSource; log: string[] }>((resolve) => {
    const supervised = new Supervised(
      { component, instance: 0 },
      { program, args },
      startChild,
      { now: () => performance.now(), wallMs: () => Date.now(), after: slow },
      {
        lines: (text) => log.push(text),
        started: () => {},
        message: (one, { type }) =>
          type === 'ready' && resolve({ supervised: one, source: one.stackSource as StackSource, log }),
        died: () => false,
      },
    );
    started.push(supervised);
    supervised.start();
  });
}

it('shows where a process is that never comes back to its event loop', async () => {
  const { source, log } = await start('spinning-process', 'gateway');
  // However busy the machine is, it is only given up on when this test is.
  const text = await collectStacks([source], (ms, fn) => ms < STACKS_MS_MAX && after(ms, fn));
  expect(text).toContain(`gateway 0 pid ${source.pid} thread main [stuck]:`);
  expect(text).toMatch(/spinForEver\(\)\n\tfile:.*spinning-process\.ts:\d+:\d+\n/);
  // Whoever knows the inspector's address can run code in the process.
  expect(log.join('')).not.toContain('ws://');
});

it('is ended a moment after it was seen where it is', async () => {
  const { supervised, log } = await start('spinning-process', 'gateway');
  const frames = await new Promise<Frame[]>((seen) => supervised.killStuck(seen));
  expect(whereText(frames)).toMatch(/^spinForEver \(file:.*spinning-process\.ts:\d+\), called by /);
  await until('it is gone', 5000, () => !supervised.running);
  expect(log.join('')).not.toContain('ws://');
});

it('shows what one does that comes back', async () => {
  const { source } = await start('tiny-process', 'router');
  const text = await collectStacks([source], (ms, fn) => ms < STUCK_MS && after(ms, fn));
  expect(text).toContain(`router 0 pid ${source.pid} thread main [running]:`);
  expect(text).toMatch(/router 0 pid \d+ waits for: .*PipeWrap/);
});
