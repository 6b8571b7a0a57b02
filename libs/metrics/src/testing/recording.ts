import { spawn } from 'node:child_process';

/** Starts what is recorded. @returns ends it, once it has said on stderr that it is `settled` */
export function start(path: string, args: string[], settled: RegExp): Promise<() => void> {
  const child = spawn(path, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const { promise, resolve, reject } = Promise.withResolvers<() => void>();
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
    if (settled.test(said)) resolve(() => child.kill());
  });
  child.on('error', reject);
  child.on('exit', () => reject(new Error(said)));
  return promise;
}
