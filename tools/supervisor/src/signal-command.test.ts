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
  expect(sendSignal(system([12], sent), name)).toBeUndefined();
  expect(sent).toEqual([[12, signal]]);
});

it.each([
  ['no server', [], undefined, 'no nats-server processes running'],
  ['several', [3, 12], undefined, 'multiple nats-server processes running:\n3\n12'],
  ['no such process', [], 99999, '\nsignal "stop" 99999: no such process'],
] as const)('says what is wrong: %s', (_name, running, pid, text) => {
  expect(sendSignal(system([...running]), 'stop', pid)).toBe(text);
});
