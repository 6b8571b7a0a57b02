import type { CallTree } from './call-tree.ts';
import { ownStacks } from './own-stacks.ts';
import type { Profiler } from './profiler.ts';

/** What a process answers on the bus: the body is JSON text, and so is the answer. */
export type Methods = Record<string, (body: string) => Promise<string>>;

/** The names that Go's profiles have; `block` and `mutex` are not measured in a process that waits in its event loop only. */
export type ProfileName = 'cpu' | 'heap' | 'allocs' | 'goroutine' | 'threadcreate';

export interface ProfileRequest {
  name: ProfileName;
  /** How long to measure, where that has a meaning. */
  seconds?: number;
}

/** Its values are those of the `Profiler`'s method. */
export interface ProcessProfile extends CallTree {
  pid: number;
}

/**
 * - `stacks`: answers its `ProcessStacks`
 * - `profile`: takes a `ProfileRequest`, answers a `ProcessProfile`
 */
export const diagnosticMethods: Methods = {
  stacks: async () => JSON.stringify(ownStacks()),
  profile: async (body) => JSON.stringify({ pid: process.pid, ...(await profile(JSON.parse(body))) }),
};

/** Has a member of the bus answer them. */
export function answerDiagnostics(member: {
  handle(method: string, fn: (body: string) => string | Promise<string>): void;
}): void {
  for (const [method, fn] of Object.entries(diagnosticMethods)) member.handle(method, fn);
}

/** From now on `heap` profiles of this process know where memory comes from. */
export async function sampleHeap(): Promise<void> {
  await (await loadProfiler()).sampleHeap();
}

let profiler: Promise<Profiler> | undefined;

/** The inspector is loaded when somebody wants a profile: nobody else pays for it. */
function loadProfiler(): Promise<Profiler> {
  profiler ??= import('./profiler.ts').then((module) => new module.Profiler());
  return profiler;
}

async function profile({ name, seconds }: ProfileRequest): Promise<CallTree> {
  const of = await loadProfiler();
  switch (name) {
    case 'cpu':
    case 'heap':
    case 'allocs':
      return of[name](seconds);
    case 'goroutine':
    case 'threadcreate':
      return of[name]();
    default:
      throw new Error(`no profile ${name}`);
  }
}
