import { expect, it } from 'vitest';
import { readText, writeText } from './text.ts';

it.each([
  ['plain', '{"a":"b"}', 'b'],
  ['UTF-8', '{"a":"é"}', 'é'],
  ['escapes', String.raw`{"a":"\u00e9\ud83d\ude00\u0041"}`, 'é😀A'],
  ['an escaped quote', String.raw`{"a":"\u0022\u00e9"}`, '"é'],
  ['a backslash before a u', String.raw`{"a":"\\u00e9"}`, String.raw`\u00e9`],
])('%s goes out as it came in', (_, json, said) => {
  const read = JSON.parse(readText(Buffer.from(json), 0));
  expect(JSON.parse(writeText(JSON.stringify(read)).toString())).toEqual({ a: said });
});
