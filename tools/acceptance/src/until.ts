import { setTimeout as pause } from 'node:timers/promises';

/** Looks every 10 ms, for facts that no event tells of: another process's end, a counter. Throws after `limitMs`. */
export async function until(what: string, limitMs: number, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`);
    await pause(10);
  }
}
