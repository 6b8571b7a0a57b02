import { type ConfigIo, loadConfig } from '@skein/config';
import { describe, expect, it } from 'vitest';
import { describePlan, mergedArgv, refusedPlan } from './plan.ts';

const load = (text: string) => {
  const io: ConfigIo = { readFile: () => text, env: {}, sha256: () => '' };
  return loadConfig('f.conf', io);
};

it.each([
  ['debug: false', 'debug: false', 0, 'nothing changes\n'],
  ['', 'debug: true', 0, 'hot      debug: debug = true\n'],
  [
    '',
    'debug: true, max_subs: 3',
    2,
    'restart  max_subscriptions: config reload not supported for MaxSubs: old=0, new=3\nhot      debug: debug = true\n',
  ],
  [
    '',
    'skein {gateways: 2}',
    2,
    'restart  skein.gateways: config reload not supported for skein.gateways: old=1, new=2\n',
  ],
])('%j → %j: exit code %i', (old, next, exitCode, text) => {
  expect(describePlan(load(old), load(next))).toEqual({ text, exitCode });
});

it('ports that were chosen at the start are no change', () => {
  const running = { ...load('port: -1'), port: 40_001, profPort: 40_002 };
  expect(describePlan(running, load('port: -1, prof_port: -1'))).toEqual({ text: 'nothing changes\n', exitCode: 0 });
});

it('what no server would start with is refused', () => {
  expect(refusedPlan('f.conf:1:0: one\nf.conf:2:0: two\n')).toEqual({
    text: 'refused  f.conf:1:0: one\nrefused  f.conf:2:0: two\n',
    exitCode: 3,
  });
});

describe('the command line of the running node', () => {
  const absolute = (path: string): string => `/here/${path}`;
  it.each([
    [['-p', '1'], [], ['-p', '1']],
    [
      ['-c', 'a'],
      ['-c', 'b'],
      ['-c', 'a', '-c', 'b', '-c', '/here/b', '--config', '/here/b'],
    ],
    [['--config=a'], ['--config=b', '-D'], ['--config=a', '--config=b', '-D', '-c', '/here/b', '--config', '/here/b']],
  ])('%j with %j behind it', (running, given, merged) => {
    expect(mergedArgv(running, given, absolute)).toEqual(merged);
  });
});
