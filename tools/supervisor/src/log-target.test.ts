import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultOptions, type LoggingOptions } from '@skein/config';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogTarget } from './log-target.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-target-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const logging = (more: Partial<LoggingOptions>): LoggingOptions => ({ ...defaultOptions().logging, ...more });
const open = (options: LoggingOptions): Promise<LogTarget> =>
  LogTarget.open(options, { pid: 42, now: () => Date.UTC(2026, 0, 1), rotated: () => {}, purged: () => {} });

it('a log of JSON has nothing else in it, whatever a process writes', async () => {
  const target = await open(logging({ file: at('a.log'), json: true }));
  const json = '{"time":"t","level":"info","pid":42,"process":"gateway/1","msg":"one"}';
  target.writeOf('gateway/1', `${json}\n[42] 2026/11/21 19:31:16.123456 [WRN] two\n`);
  target.writeOf('gateway/1', 'FATAL ERROR: out of memory\n');
  await target.close();
  const lines = readFileSync(at('a.log'), 'utf8').trimEnd().split('\n');
  expect(lines[0]).toBe(json);
  expect(lines.slice(1).map((line) => JSON.parse(line))).toEqual([
    { time: '2026-01-01T00:00:00.000000Z', level: 'warn', pid: 42, process: 'gateway/1', msg: 'two' },
    {
      time: '2026-01-01T00:00:00.000000Z',
      level: 'error',
      pid: 42,
      process: 'gateway/1',
      msg: 'FATAL ERROR: out of memory',
    },
  ]);
});

it('follows the configuration to another file, and stays where it is when that cannot be opened', async () => {
  const target = await open(logging({ file: at('a.log') }));
  target.write('one\n');
  await target.follow(logging({ file: at('b.log') }));
  target.write('two\n');
  const nowhere = logging({ file: at('none/c.log') });
  await expect(target.follow(nowhere)).rejects.toThrow(
    `error opening file: open ${at('none/c.log')}: no such file or directory`,
  );
  target.write('three\n');
  await target.close();
  expect(['a.log', 'b.log'].map((name) => readFileSync(at(name), 'utf8'))).toEqual(['one\n', 'two\nthree\n']);
});

it('the file goes before syslog', async () => {
  const target = await open(logging({ file: at('a.log'), remoteSyslog: 'nonsense', syslog: true }));
  target.write('one\n');
  await target.close();
  expect(readFileSync(at('a.log'), 'utf8')).toBe('one\n');
  await expect(open(logging({ remoteSyslog: 'nonsense' }))).rejects.toThrow('error invalid network type: ""');
});
