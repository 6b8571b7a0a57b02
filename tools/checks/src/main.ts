import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { summary, type Tally, type TaskRecord, type TestReport, tallyTask } from './tally.ts';

const root = join(import.meta.dirname, '../../..');
const results = join(root, 'dist/results');
const record = join(root, '.nx/cache/run.json');

const checks = ['lint', 'types', 'boundaries', 'unused', 'generate:check', 'bundle'];

const readJson = <T>(file: string): T | undefined => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
};

const runNx = (targets: string[], parallel: number): Tally[] => {
  rmSync(record, { force: true });
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/nx/dist/bin/nx.js'),
      'run-many',
      `--targets=${targets}`,
      `--parallel=${parallel}`,
      '--outputStyle=static',
      ...process.argv.slice(2),
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        PATH: join(root, 'node_modules/.bin') + delimiter + process.env.PATH,
        NX_CACHE_DIRECTORY: dirname(record),
        NX_DAEMON: 'false',
        NX_TUI: 'false',
        NX_NO_CLOUD: 'true',
      },
    },
  );
  const tasks = readJson<{ tasks: TaskRecord[] }>(record)?.tasks ?? [];
  const tallies = tasks.map((task) => {
    const isTest = !checks.includes(task.target);
    const file = `${task.projectName.replace('@skein/', '')}.${task.target}.json`;
    return tallyTask(task, isTest ? readJson<TestReport>(join(results, file)) : undefined);
  });
  const blamed = tallies.some((tally) => tally.failed > 0);
  return status === 0 || blamed ? tallies : [...tallies, { passed: 0, failed: 1 }];
};

rmSync(results, { recursive: true, force: true });
// Integration tests measure time and listen on ports: nothing runs beside them.
const tallies = [...runNx([...checks, 'unit'], 2), ...runNx(['integration'], 1)];
process.exitCode = tallies.some((tally) => tally.failed > 0) ? 1 : 0;
console.log(summary(tallies));
