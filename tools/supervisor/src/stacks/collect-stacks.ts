import { type Frame, type ProcessStacks, stacksText } from '@skein/diagnostics';

/** A process that is asked. */
export interface StackSource {
  name: string;
  pid: number;
  /** For one whose event loop turns. */
  ask(): Promise<ProcessStacks>;
  /** For one that is stuck. */
  pause(): Promise<Frame[]>;
}

/** From then on a process counts as stuck. It is asked both ways: one that is only slow still answers. */
export const STUCK_MS = 400;
/** A machine that one stuck process keeps busy is slow to answer. */
export const STACKS_MS_MAX = 2000;

/** The stacks of all, as text. Takes two seconds at most, and never rejects. */
export async function collectStacks(
  sources: readonly StackSource[],
  after: (ms: number, fn: () => void) => void,
): Promise<string> {
  const texts = await Promise.all(sources.map((source) => stacksOf(source, after)));
  return texts.join('\n');
}

async function stacksOf(source: StackSource, after: (ms: number, fn: () => void) => void): Promise<string> {
  const stacks = await new Promise<ProcessStacks>((resolve) => {
    let done = false;
    const settle = (stacks: ProcessStacks): void => {
      done = true;
      resolve(stacks);
    };
    const ignore = (): void => {};
    source.ask().then(settle, ignore);
    after(STUCK_MS, () => {
      if (!done) source.pause().then((frames) => settle(mainOnly('stuck', frames)), ignore);
    });
    after(STACKS_MS_MAX, () => settle(mainOnly('no answer: stopped, or inside native code', [])));
  });
  return stacksText(source.name, source.pid, stacks);
}

const mainOnly = (state: string, frames: Frame[]): ProcessStacks => ({
  threads: [{ thread: 'main', state, frames }],
  waiting: {},
});
