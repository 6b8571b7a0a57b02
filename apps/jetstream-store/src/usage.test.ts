import { expect, it } from 'vitest';
import { Room, Share } from './usage.ts';

it('counts what is there and what is on its way, of the account and of the node', () => {
  const node = new Room(100);
  const account = new Room(60);
  const first = new Share(account, node);
  const second = new Share(new Room(-1), node);
  first.count(40);
  expect(first.fault(20)).toBeUndefined();
  first.expect(15);
  expect(first.fault(20)?.errorCode).toBe(10002);
  first.expect(-15);
  first.count(55);
  expect(first.fault(6)?.errorCode).toBe(10002);
  expect(second.fault(45)).toBeUndefined();
  expect(second.fault(46)?.toJSON()).toEqual({
    code: 503,
    err_code: 10023,
    description: 'insufficient resources',
    detail: 'server: 55 of 100 bytes used',
  });
  node.elsewhere = 45;
  expect(second.fault(1)?.errorCode).toBe(10023);
  first.count(0);
  expect([account.used, node.used]).toEqual([0, 0]);
});
