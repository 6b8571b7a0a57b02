import { beforeEach, expect, it } from 'vitest';
import { FailedLogins } from './failed-logins.ts';

let nowMs: number;
let logins: FailedLogins;

beforeEach(() => {
  nowMs = 0;
  logins = new FailedLogins({ failuresMax: 3, windowMs: 1000 }, () => nowMs);
});

const fail = (host: string, times = 1): void => {
  for (let i = 0; i < times; i++) logins.failed(host);
};

it('an address has so many failures in a time', () => {
  fail('10.0.0.1', 2);
  expect(logins.mayTry('10.0.0.1')).toBe(true);
  fail('10.0.0.1');
  expect([logins.mayTry('10.0.0.1'), logins.mayTry('10.0.0.2'), logins.limited]).toEqual([false, true, 1]);
  nowMs = 999;
  expect(logins.mayTry('10.0.0.1')).toBe(false);
  nowMs = 1000;
  expect([logins.mayTry('10.0.0.1'), logins.addresses]).toEqual([true, 0]);
});

it.each([
  ['2001:db8::1', '2001:db8::ffff:2', true],
  ['2001:db8::1', '2001:DB8:0:0:5::', true],
  ['2001:db8::1', '2001:db8:0:1::1', false],
  ['::ffff:10.0.0.1', '10.0.0.1', true],
  ['::1', '::2', true],
  ['fe80::1%eth0', 'fe80::2%eth1', true],
])('%s and %s are one: %s', (one, other, same) => {
  fail(one, 3);
  expect(logins.mayTry(other)).toBe(!same);
});

it('remembers a bounded number of addresses, the latest', () => {
  for (let i = 0; i < 20_000; i++) fail(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 3);
  expect(logins.addresses).toBe(16_384);
  expect([logins.mayTry('10.0.0.0'), logins.mayTry('10.0.78.31')]).toEqual([true, false]);
});

it('follows a changed configuration', () => {
  fail('10.0.0.1', 3);
  logins.use({ failuresMax: 4, windowMs: 1000 });
  expect(logins.mayTry('10.0.0.1')).toBe(true);
});
