import { expect, it } from 'vitest';
import { slowness } from './slowness.js';

const MAX = 64 * 1024 * 1024;

it.each([
  [0, undefined, ''],
  [MAX / 64 - 1, undefined, ''],
  [MAX / 64, undefined, 'slow'],
  [MAX / 2, undefined, 'critical'],
  [0, 'Client Closed', ''],
  [0, 'Slow Consumer (Pending Bytes)', 'critical'],
])('%d bytes pending, ended by %s: %j', (pendingBytes, reason, expected) => {
  expect(slowness({ pendingBytes, reason }, MAX)).toBe(expected);
});
