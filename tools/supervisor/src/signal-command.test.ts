import { expect, it } from 'vitest';
import { type SignalSystem, sendSignal } from './signal-command.ts';

function system(running: number[], sent: unknown[] = []): SignalSystem {
  return {
    running: () => running,
    kill: (pid, signal) => {
      if (pid === 99999) throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH' });
      sent.push([pid, signal]);
    },
  };
}

it.each([
  ['stop', 'SIGKILL'],
  ['quit', 'SIGINT'],
  ['term', 'SIGTERM'],
  ['reopen', 'SIGUSR1'],
  ['reload', 'SIGHUP'],
  ['ldm', 'SIGUSR2'],
] as const)('%s sends %s to the only server', (name, signal) => {
  const sent: unknown[] = [];
  expect(sendSignal(system([12], sent), name, { kind: 'only' })).toBeUndefined();
  expect(sent).toEqual([[12, signal]]);
});

const only = { kind: 'only' } as const;
const pid = (pid: number) => ({ kind: 'pid', pid }) as const;
const prefix = (prefix: string) => ({ kind: 'prefix', prefix }) as const;

it.each([
  ['no server', [], only, 'no nats-server processes running'],
  ['no server for any', [], prefix(''), 'no nats-server processes running'],
  ['several', [3, 12], only, 'multiple nats-server processes running:\n3\n12'],
  ['no such process', [], pid(99999), '\nsignal "stop" 99999: no such process'],
  ['gone meanwhile', [3, 99999], prefix(''), '\nsignal "stop" 99999: no such process'],
] as const)('says what is wrong: %s', (_name, running, target, text) => {
  expect(sendSignal(system([...running]), 'stop', target)).toBe(text);
});

it.each([
  ['all', '', [31, 32, 4]],
  ['those that begin so', '3', [31, 32]],
  ['one', '4', [4]],
  ['none, which is no error', '5', []],
])('a prefix means %s', (_name, digits, pids) => {
  const sent: unknown[] = [];
  expect(sendSignal(system([31, 32, 4], sent), 'reload', prefix(digits))).toBeUndefined();
  expect(sent).toEqual(pids.map((one) => [one, 'SIGHUP']));
});
