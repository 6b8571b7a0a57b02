import { describe, expect, it } from 'vitest';
import { type ListedProcess, processTable, readSkeinCommand } from './skein-command.ts';

const read = (...argv: string[]) =>
  readSkeinCommand(argv, (path) => {
    if (path === 'x.pid') return '123\n';
    throw new Error('ENOENT');
  });

const only = { kind: 'only' };
const pid = (number: number) => ({ kind: 'pid', pid: number });
const process = (component: string, instance = 0) => ({ component, instance });

it.each([
  [['ps'], { kind: 'ps', target: only }],
  [['ps', '--pid', '12'], { kind: 'ps', target: pid(12) }],
  [['--pid=x.pid', 'ps'], { kind: 'ps', target: pid(123) }],
  [['repair', 'shard-0', 'copy'], { kind: 'repair', from: 'shard-0', to: 'copy', cutJournal: false }],
  [['repair', '--cut-journal', 'shard-0', 'copy'], { kind: 'repair', from: 'shard-0', to: 'copy', cutJournal: true }],
  [['restart', 'router'], { kind: 'restart', processes: [process('router')], target: only }],
  [
    ['restart', 'monitor', 'auth-resolver', 'gateway/1', '--pid', '12'],
    {
      kind: 'restart',
      processes: [process('monitor'), process('auth-resolver'), process('gateway', 1)],
      target: pid(12),
    },
  ],
])('%j', (argv, command) => {
  expect(read(...argv)).toEqual(command);
});

it.each([
  [[], 'no command'],
  [['stop'], 'unknown command: stop'],
  [['ps', 'router'], 'unknown command: ps router'],
  [['repair', 'shard-0'], 'repair: which shard, and where to?'],
  [['restart'], 'restart: which process?'],
  [['restart', '--cut-journal', 'router'], '--cut-journal: of repair only'],
  [['restart', 'gateway'], 'no such process: gateway'],
  [['restart', 'router', 'foo'], 'no such process: foo'],
  [['restart', 'gateway/x'], 'no such process: gateway/x'],
  [['ps', '--pid'], 'invalid pid: '],
  [['ps', '--pid', 'nofile'], 'invalid pid: nofile'],
  [['ps', '--all'], 'unknown flag: --all'],
])('%j is wrong', (argv, what) => {
  const command = read(...argv);
  expect(command).toMatchObject({ kind: 'print', exitCode: 1 });
  expect((command as { text: string }).text.split('\n')[0]).toBe(`skein: ${what}`);
});

describe('the table', () => {
  const at = 1_000_000_000_000;
  const listed = (component: ListedProcess['component'], more: Partial<ListedProcess> = {}): ListedProcess => ({
    ...{ component, instance: 0, pid: 7, up: true, restarts: 0, startedUnixMs: at - 5000 },
    ...more,
  });

  it('has a line a process', () => {
    const processes = [
      listed('router', { pid: 12345, startedUnixMs: at - 90_061_000 }),
      listed('gateway', { instance: 1, restarts: 12, up: false, startedUnixMs: at - 3_660_000 }),
      listed('auth-resolver', { pid: 0, up: false }),
    ];
    expect(processTable(processes, at)).toBe(
      [
        'PROCESS        PID    STATE     RESTARTS  UPTIME',
        'router         12345  up        0         1d1h',
        'gateway/1      7      starting  12        1h1m',
        'auth-resolver  -      starting  0         -',
        '',
      ].join('\n'),
    );
  });
});
