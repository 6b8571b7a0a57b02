import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { CallTree } from './call-tree.ts';
import { cpuCallTree } from './cpu-profile.ts';
import { heapCallTree, withUnsampled } from './heap-profile.ts';
import { Profiler } from './profiler.ts';
import { SourceNames } from './source-names.ts';

const call = (functionName: string, lineNumber = 9, url = 'file:///app/x.ts') => ({
  functionName,
  url,
  lineNumber,
  columnNumber: 0,
  scriptId: '1',
});

/** `caller>called:line` with the values, of nodes that have any. */
function flat({ frames, nodes }: CallTree): Record<string, number[]> {
  const path = (index: number): string => {
    const { parent, frame } = nodes[index];
    const own = `${frames[frame].function}:${frames[frame].line}`;
    return parent === -1 ? own : `${path(parent)}>${own}`;
  };
  const entries = nodes.map(({ values }, index) => [path(index), values] as const);
  return Object.fromEntries(entries.filter(([, values]) => values.some((value) => value > 0)));
}

describe('the processor’s time', () => {
  it('goes to the lines that ran; waiting does not count', () => {
    const tree = cpuCallTree(
      {
        startTime: 0,
        endTime: 8000,
        nodes: [
          { id: 1, callFrame: call('(root)'), hitCount: 0, children: [2, 3] },
          { id: 2, callFrame: call('(idle)'), hitCount: 2 },
          { id: 3, callFrame: call('outer'), hitCount: 0, children: [4] },
          {
            id: 4,
            callFrame: call('', 20),
            hitCount: 4,
            positionTicks: [
              { line: 22, ticks: 1 },
              { line: 25, ticks: 2 },
            ],
          },
        ],
        samples: [2, 4, 4, 4, 4, 2],
        timeDeltas: [500, 1000, 1000, 1000, 3000, 3000],
      },
      [],
      new SourceNames(),
    );
    expect(flat(tree)).toEqual({
      'outer:10>(anonymous):21': [1, 2_000_000],
      'outer:10>(anonymous):22': [1, 2_000_000],
      'outer:10>(anonymous):25': [2, 4_000_000],
    });
    expect(tree.frames.find((frame) => frame.function === 'outer')?.file).toBe('/app/x.ts');
  });
});

describe('memory', () => {
  const head = {
    id: 1,
    callFrame: call('(root)'),
    selfSize: 0,
    children: [{ id: 2, callFrame: call('make'), selfSize: 3000, children: [] }],
  };
  const sampled = { head, samples: [{ nodeId: 2 }, { nodeId: 2 }] };

  it('goes to who allocated it, and the rest is named, so that the sum is right', () => {
    const memory = { rss: 0, heapTotal: 0, heapUsed: 10_000, external: 700, arrayBuffers: 500 };
    expect(flat(withUnsampled(heapCallTree(sampled, new SourceNames()), memory))).toEqual({
      'make:10': [2, 3000],
      '(heap, not sampled):0': [1, 7000],
      '(array buffers):0': [1, 500],
      '(external):0': [1, 200],
    });
  });
});

describe('this process', () => {
  let sink = 0;
  function burnProcessor(): void {
    for (const end = performance.now() + 5; performance.now() < end; ) sink += Math.sqrt(sink + 1);
  }
  const kept: unknown[] = [];
  function burnMemory(): void {
    for (let i = 0; i < 1000; i++) kept[i] = { text: `some text ${i}`.repeat(3), list: new Array(100).fill(i) };
  }

  /** Does something over and over until the measurement is done. */
  async function during(work: () => void, measured: Promise<CallTree>): Promise<string[]> {
    const timer = setInterval(work, 1);
    const tree = await measured.finally(() => clearInterval(timer));
    return tree.frames.map((frame) => `${frame.function} ${frame.file.split('/').at(-1)}`);
  }

  it('tells what it computes, and refuses a second measurement meanwhile', async () => {
    const profiler = new Profiler();
    const measured = profiler.cpu(0.3);
    await expect(profiler.heap(1)).rejects.toThrow('cpu profiling already in use');
    expect(await during(burnProcessor, measured)).toContain('burnProcessor profiler.test.ts');
    await profiler.heap(0);
  });

  it('tells what its workers compute, and does not take one that waits for one that computes', async () => {
    const burning = (name: string): string =>
      `setInterval(function ${name}() { for (const end = performance.now() + 5; performance.now() < end; ) Math.sqrt(2); }, 6);`;
    const working = new Worker(burning('burnInWorker'), { eval: true });
    const waiting = new Worker(
      `require('node:worker_threads').parentPort.postMessage('up');
       (function waitInWorker() { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); })();`,
      { eval: true },
    );
    const workers = [working, waiting];
    try {
      await once(waiting, 'message');
      const measured = new Profiler().cpu(1);
      const late = new Worker(burning('burnLate'), { eval: true });
      workers.push(late);
      const tree = await measured;
      const nanosIn = (name: string): number =>
        tree.nodes
          .filter((node) => tree.frames[node.frame].function === name)
          .reduce((sum, { values }) => sum + values[1], 0);
      expect(nanosIn('burnInWorker')).toBeGreaterThan(0);
      expect(nanosIn('burnLate')).toBeGreaterThan(0);
      expect(tree.frames.map((frame) => frame.function)).toContain(`(thread worker ${working.threadId})`);
      expect(nanosIn('waitInWorker')).toBeLessThan(0.1 * 1e9);
    } finally {
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
  });

  it('tells what it allocates, and goes on sampling what is alive', async () => {
    const profiler = new Profiler();
    await profiler.sampleHeap();
    expect(await during(burnMemory, profiler.allocs(0.3))).toContain('burnMemory profiler.test.ts');
    const memory = await profiler.heap(0);
    expect(memory.frames.map((frame) => frame.function)).toContain('(array buffers)');
  });

  it('tells its threads and what it waits for', () => {
    const tree = new Profiler().goroutine();
    const stacks = Object.keys(flat(tree));
    expect(stacks.find((stack) => stack.startsWith('(thread main):0>'))).toMatch(/goroutine:\d+.*ownStacks:\d+/);
    const threads = new Profiler().threadcreate();
    expect(threads.nodes.reduce((total, { values }) => total + values[0], 0)).toBeGreaterThan(0);
  });
});
