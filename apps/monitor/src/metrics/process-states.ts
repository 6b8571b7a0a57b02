import type { Figures } from '@skein/metrics';
import type { Answer } from '../gather.ts';
import type { ListedProcess } from '../process-list.ts';

/** One process of the node, as far as anybody knows it. */
export interface ProcessState {
  component: string;
  instance: number;
  /** It answered just now. */
  up: boolean;
  /** Absent where nobody counts them (one service per process). */
  restarts?: number;
  /** What it said last; absent when it never said anything. */
  last?: { figures: Figures; ageMs: number };
}

interface Named {
  component: string;
  instance: number;
}

/**
 * Everybody that the supervisor has started or the router has registered, with what each said last. By component and
 * instance: in containers every process has the same pid.
 */
export function processStates(
  listed: readonly ListedProcess[],
  registered: Iterable<Named>,
  answers: readonly Answer<Figures>[],
): ProcessState[] {
  const states = new Map<string, ProcessState>();
  const state = ({ component, instance }: Named): ProcessState => {
    const key = `${component} ${instance}`;
    const known = states.get(key) ?? { component, instance, up: false };
    states.set(key, known);
    return known;
  };
  for (const one of listed) state(one).restarts = one.restarts;
  // The router is in nobody's register, and always meant to be there.
  state({ component: 'router', instance: 0 });
  for (const one of registered) state(one);
  for (const { peer, body, ageMs } of answers) {
    const one = state(peer);
    one.up = ageMs === 0;
    one.last = { figures: body, ageMs };
  }
  return [...states.values()].sort((a, b) => order(a, b));
}

const order = (a: Named, b: Named): number =>
  a.component < b.component ? -1 : a.component > b.component ? 1 : a.instance - b.instance;
