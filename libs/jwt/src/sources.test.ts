import { expect, it } from 'vitest';
import { compileSources } from './sources.ts';

it.each([
  [['10.0.0.0/8'], '10.1.2.3', true],
  [['10.0.0.0/8'], '11.1.2.3', false],
  [['127.0.0.1/32', '10.0.0.0/8'], '127.0.0.1', true],
  [['fe80::/10'], 'fe80::1', true],
  [['fe80::/10'], '10.1.2.3', false],
  [['0.0.0.0/0'], 'no address', false],
])('%j and %s: %s', (cidrs, host, allowed) => {
  expect(compileSources(cidrs)!(host)).toBe(allowed);
});

it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0/8', 'fe80::/129', 'x/8', '10.0.0.0/-1', ''])('no network: %s', (cidr) => {
  expect(compileSources([cidr])).toBeUndefined();
});
