import { execFileSync } from 'node:child_process';
import type { TestContext } from 'vitest';

/** A tool of Debian's package prometheus, which not every machine has: the test is left out there, and says why. */
export function needs(context: TestContext, tool: 'prometheus' | 'promtool'): void {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
  } catch {
    context.skip(`${tool} is not installed (Debian's package prometheus)`);
  }
}
