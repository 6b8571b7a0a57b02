import { readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { readCommandLine, type ServerOptions, type SignalTarget } from '@skein/config';
import { configIo } from './config-io.ts';
import { describePlan, mergedArgv, type Plan, refusedPlan } from './plan.ts';
import { chooseRunDir, runningRunDirs } from './run-dir.ts';

/** As the router keeps it: what is in force, and what a reload reads again. */
interface State {
  options: ServerOptions;
  argv: string[];
  cwd: string;
}

/** `--plan`: compares what a reload would read with what is in force. Changes nothing. */
export async function planCommand(target: SignalTarget, argv: readonly string[]) {
  let state: State;
  try {
    state = JSON.parse(readFileSync(join(chooseRunDir(await runningRunDirs(), target), 'state.json'), 'utf8'));
  } catch (error) {
    return { stdout: '', stderr: `nats-server: ${(error as Error).message}\n`, exitCode: 1 };
  }
  const { text, exitCode } = planOf(
    state,
    mergedArgv(state.argv, argv, (path) => resolve(path)),
  );
  return { stdout: text, stderr: '', exitCode };
}

function planOf(state: State, argv: readonly string[]): Plan {
  // Relative names are those of the running node's folder, as in a reload.
  const readFile = (path: string): string => configIo.readFile(isAbsolute(path) ? path : join(state.cwd, path));
  const command = readCommandLine(argv, { ...configIo, readFile });
  if (command.kind === 'run') return describePlan(state.options, command.options);
  return refusedPlan(
    command.kind === 'print' ? command.stderr.replace(/^nats-server: /, '') : 'not a command line to run',
  );
}
