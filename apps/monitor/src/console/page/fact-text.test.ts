import { expect, it } from 'vitest';
import { factText } from './fact-text.js';

it.each([
  ['text', 'text'],
  [0, '0'],
  [false, 'false'],
  [undefined, ''],
  [['a', 'b'], 'a, b'],
  [{ local_subject: 'a.b', invalid: false, share: true, name: '', max: 0 }, 'local subject a.b · share yes · max 0'],
  [{ account: { id: 'A', tags: ['x', 'y'] } }, 'account id A · tags x, y'],
])('%j is told as %j', (value, text) => {
  expect(factText(value)).toBe(text);
});
