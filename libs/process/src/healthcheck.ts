import { socketAddress } from './address.ts';
import { parseProcessOptions } from './options.ts';

/** `main.ts healthcheck [same flags]`: asks the running process. Exit code 0 when it is well, else 1 with the reason. */
export async function runHealthcheck(component: string, argv: readonly string[]): Promise<void> {
  try {
    const { runDir, instance } = parseProcessOptions(component, argv, true);
    const { healthcheck } = await import('@skein/bus');
    const problem = await healthcheck(socketAddress(runDir, component, instance));
    if (problem === undefined) return;
    process.stderr.write(`skein-${component}: ${problem}\n`);
  } catch (error) {
    process.stderr.write(`skein-${component}: ${(error as Error).message}\n`);
  }
  process.exitCode = 1;
}
