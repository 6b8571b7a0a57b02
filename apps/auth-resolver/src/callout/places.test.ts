import { expect, it } from 'vitest';
import { Places } from './places.ts';

const takeAll = (places: Places, host: (i: number) => string, account = 'A'): number => {
  let count = 0;
  while (places.take(host(count), account)) count++;
  return count;
};

it('one address takes half of them, IPv6 by its network, and each of the others a few', () => {
  const places = new Places();
  expect(takeAll(places, (i) => `2001:db8::${i.toString(16)}`)).toBe(512);
  expect(takeAll(places, () => '10.0.0.1')).toBe(64);
  expect(takeAll(places, () => '10.0.0.2')).toBe(64);
  places.give('10.0.0.1', 'A');
  expect([places.take('10.0.0.2', 'A'), places.take('10.0.0.1', 'A'), places.take('10.0.0.1', 'A')]).toEqual([
    false,
    true,
    false,
  ]);
});

it('an account takes three quarters, from however many addresses', () => {
  const places = new Places();
  expect(takeAll(places, (i) => `10.0.0.${i}`)).toBe(768);
  expect(takeAll(places, (i) => `10.0.0.${i}`, 'B')).toBe(256);
  expect(places.taken).toBe(1024);
  for (let i = 0; i < 768; i++) places.give(`10.0.0.${i}`, 'A');
  for (let i = 0; i < 256; i++) places.give(`10.0.0.${i}`, 'B');
  expect([places.taken, takeAll(places, () => '10.0.0.1', 'C')]).toEqual([0, 512]);
});

it('a network gives back what any of its addresses took', () => {
  const places = new Places();
  takeAll(places, () => '10.0.0.1');
  expect(takeAll(places, (i) => `2001:db8::${i.toString(16)}`)).toBe(64);
  places.give('2001:db8::ffff', 'A');
  expect(takeAll(places, () => '2001:db8::1')).toBe(1);
});
