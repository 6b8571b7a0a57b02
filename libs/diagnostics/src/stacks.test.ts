import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { ownStacks } from './own-stacks.ts';
import { parseStack, stacksText } from './stacks.ts';

describe('lines of a stack', () => {
  it.each([
    ['at run (file:///a/b.ts:7:26)', { function: 'run', file: 'file:///a/b.ts', line: 7, column: 26 }],
    ['at Timeout.<anonymous> (node:internal/timers:685:17)', { function: 'Timeout.<anonymous>' }],
    ['at new Gateway (/a b/(c)/d.ts:1:2)', { function: 'new Gateway', file: '/a b/(c)/d.ts', line: 1 }],
    ['at  ([worker eval]:1:59)', { function: '(anonymous)', file: '[worker eval]' }],
    ['at [nodejs.internal.kHybridDispatch] (node:x:872:20)', { function: '[nodejs.internal.kHybridDispatch]' }],
    ['at async file:///a/b.ts:3:4', { function: '(anonymous)', file: 'file:///a/b.ts', line: 3, column: 4 }],
    ['at /a/b.ts:3:4', { function: '(anonymous)', file: '/a/b.ts', line: 3, column: 4 }],
  ])('%s', (line, frame) => {
    expect(parseStack([`    ${line}`])).toEqual([expect.objectContaining(frame)]);
  });

  it('that name no place are left out', () => {
    expect(parseStack(['Error: x', 'at new Promise (<anonymous>)', ''])).toEqual([]);
  });
});

it('text has a paragraph a thread, as a Go program prints it', () => {
  const frames = [{ function: 'spin', file: 'file:///x.ts', line: 3, column: 9 }];
  const threads = [
    { thread: 'main', state: 'running', frames },
    { thread: 'worker 1', state: 'running', frames: [] },
  ];
  expect(stacksText('gateway 0', 42, { threads, waiting: { TCPSocketWrap: 3, Timeout: 2 } })).toBe(
    [
      'gateway 0 pid 42 thread main [running]:\nspin()\n\tfile:///x.ts:3:9\n',
      'gateway 0 pid 42 thread worker 1 [running]:\n',
      'gateway 0 pid 42 waits for: TCPSocketWrap 3, Timeout 2\n',
    ].join('\n'),
  );
});

describe('own stacks', () => {
  let worker: Worker | undefined;
  afterEach(() => worker?.terminate());

  it('name the caller, and a worker that stands still in a wait', async () => {
    worker = new Worker(
      `require('node:worker_threads').parentPort.postMessage('up');
       function standStill() { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }
       standStill();`,
      { eval: true },
    );
    await once(worker, 'message');
    const timer = setTimeout(() => {}, 60_000);
    const { threads, waiting } = (function whoAsks() {
      return ownStacks();
    })();
    clearTimeout(timer);
    expect(threads[0].frames.map((frame) => frame.function)).toContain('whoAsks');
    const stuck = threads.find((one) => one.frames.some((frame) => frame.function === 'standStill'));
    expect(stuck?.thread).toMatch(/^worker \d+$/);
    expect(waiting.Timeout).toBeGreaterThan(0);
  });
});
