import type { Profiler as Cpu } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CallTree, CallTreeBuilder, namedFrame } from './call-tree.ts';
import { cpuCallTree } from './cpu-profile.ts';
import { heapCallTree, type SampledHeap, withUnsampled } from './heap-profile.ts';
import { ownStacks } from './own-stacks.ts';
import { SourceNames } from './source-names.ts';
import { threadCounts } from './threads.ts';
import { WorkerSessions } from './worker-sessions.ts';

/** When nobody says how long. */
const SECONDS = 1;
/** As Go's: one sample in so many bytes costs nothing that can be measured. */
const HEAP_SAMPLE_BYTES = 512 * 1024;
/** While somebody waits for the allocations of a second, there have to be some. */
const ALLOCS_SAMPLE_BYTES = 16 * 1024;

/** Measures this process. What runs for a time runs once at a time; a second one is refused. */
export class Profiler {
  private readonly names = new SourceNames();
  private session: Session | undefined;
  private busy: string | undefined;
  private sampling = false;

  /** Values: samples, nanoseconds. */
  cpu(seconds = SECONDS): Promise<CallTree> {
    return this.alone('cpu', async (session) => {
      await session.post('Profiler.enable');
      await session.post('Profiler.start');
      const sessions = await WorkerSessions.open(session, ['Profiler.enable', 'Profiler.start']);
      try {
        // Of one that begins meanwhile, nothing: it counts from its own beginning.
        const before = await sessions.ask<Evaluated>('Runtime.evaluate', THREAD_CPU);
        await sleep(seconds * 1000);
        const { profile } = (await session.post('Profiler.stop')) as CpuProfile;
        await session.post('Profiler.disable');
        const after = await sessions.ask<Evaluated>('Runtime.evaluate', THREAD_CPU);
        const workers = [...(await sessions.ask<CpuProfile>('Profiler.stop'))].map(([id, answer]) => ({
          name: `worker ${id}`,
          profile: answer.profile,
          cpuMicros: microsOf(after.get(id)) - microsOf(before.get(id)),
        }));
        return cpuCallTree(profile, workers, this.names);
      } finally {
        await sessions.close();
      }
    });
  }

  /** From now on `heap` knows where what was allocated since comes from. */
  async sampleHeap(): Promise<void> {
    if (this.sampling) return;
    this.sampling = true;
    await this.open().post('HeapProfiler.startSampling', { samplingInterval: HEAP_SAMPLE_BYTES });
  }

  /**
   * What is alive. Values: objects, bytes. Without sampling so far it begins now, so that it is known only of what was
   * allocated in these seconds where it comes from.
   */
  heap(seconds?: number): Promise<CallTree> {
    return this.alone('heap', async (session) => {
      const known = this.sampling;
      await this.sampleHeap();
      await sleep((seconds ?? (known ? 0 : SECONDS)) * 1000);
      const { profile } = (await session.post('HeapProfiler.getSamplingProfile')) as unknown as SamplingProfile;
      return withUnsampled(heapCallTree(profile, this.names), process.memoryUsage());
    });
  }

  /** What is allocated during these seconds, alive or not. Values: objects, bytes. V8 samples for one purpose at a time. */
  allocs(seconds = SECONDS): Promise<CallTree> {
    return this.alone('heap', async (session) => {
      const resume = this.sampling;
      if (resume) await session.post('HeapProfiler.stopSampling');
      await session.post('HeapProfiler.startSampling', {
        samplingInterval: ALLOCS_SAMPLE_BYTES,
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      });
      await sleep(seconds * 1000);
      const { profile } = (await session.post('HeapProfiler.stopSampling')) as unknown as SamplingProfile;
      this.sampling = false;
      if (resume) await this.sampleHeap();
      return heapCallTree(profile, this.names).tree;
    });
  }

  /** The stacks of the threads, and what the event loop waits for, one sample each. Values: their number. */
  goroutine(): CallTree {
    const { threads, waiting } = ownStacks();
    const builder = new CallTreeBuilder();
    for (const { thread, frames } of threads) builder.addStack([...frames, namedFrame(`(thread ${thread})`)], [1]);
    for (const [kind, count] of Object.entries(waiting)) {
      builder.addStack([namedFrame(kind), namedFrame('(waiting)')], [count]);
    }
    return builder.tree;
  }

  /** Values: their number. */
  threadcreate(): CallTree {
    const builder = new CallTreeBuilder();
    for (const [name, count] of Object.entries(threadCounts())) builder.add(-1, namedFrame(name), [count]);
    return builder.tree;
  }

  private async alone(what: string, run: (session: Session) => Promise<CallTree>): Promise<CallTree> {
    if (this.busy !== undefined) throw new Error(`${this.busy} profiling already in use`);
    this.busy = what;
    try {
      return await run(this.open());
    } finally {
      this.busy = undefined;
      this.close();
    }
  }

  private open(): Session {
    if (this.session === undefined) {
      this.session = new Session();
      this.session.connect();
    }
    return this.session;
  }

  /** An open session costs memory; sampling needs one. */
  private close(): void {
    if (this.sampling) return;
    this.session?.disconnect();
    this.session = undefined;
  }
}

interface CpuProfile {
  profile: Cpu.Profile;
}

/** What this thread has used of the processor, in microseconds. */
const THREAD_CPU = {
  expression: '(({ user, system }) => user + system)(process.threadCpuUsage())',
  returnByValue: true,
};

interface Evaluated {
  result: { value?: number };
}

const microsOf = (evaluated: Evaluated | undefined): number => evaluated?.result.value ?? 0;

interface SamplingProfile {
  profile: SampledHeap;
}
