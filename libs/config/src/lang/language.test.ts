import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testConfig } from '../load.ts';
import { outcome, testIo } from '../testdata/io.ts';
import { digestText } from './digest.ts';
import { parseText } from './parser.ts';
import { toPlain } from './value.ts';

/** Recorded from nats-server 2.15.2: the digest says what a text means, without saying it. */
interface Recorded {
  text: string;
  digest?: string;
  /** Of the language. */
  error?: string;
  /** Of what the text says. */
  readError?: string;
}

const recorded: Recorded[] = JSON.parse(readFileSync(new URL('../testdata/language.json', import.meta.url), 'utf8'));

const parse = (text: string) => parseText(text, 'f.conf', testIo());

describe('the configuration language means what it means to nats-server', () => {
  it.each(recorded)('$text', ({ text, digest, error, readError }) => {
    const io = testIo({ 'f.conf': text });
    if (readError !== undefined) expect(outcome(() => testConfig('f.conf', io))).toBe(readError);
    else expect(outcome(() => io.sha256(digestText(parse(text))))).toBe(digest ?? error);
  });
});

describe('values', () => {
  it.each([
    ['a: 9223372036854775807', { a: 9223372036854775807n }],
    ['a: -5, b: 1.25, c: -0.5', { a: -5, b: 1.25, c: -0.5 }],
    ['a: 2m\nb: 2MB\nc: 1Ki\nd: 1kb\ne: 1k', { a: 2_000_000, b: 2097152, c: 1024, d: 1024, e: 1000 }],
    ['a: [1, two, "3 4"\n{b: yes}\n]', { a: [1, 'two', '3 4', { b: true }] }],
    ['a: (\n  it\'s "raw" \\n\n)\n', { a: '\n  it\'s "raw" \\n\n' }],
    ['a: "\\xe2\\x82\\xac\\t\\""', { a: '€\t"' }],
    ['a: $2a$11$W.zIyH9ehTvJOQ4P0eDRXeO, b: c', { a: '$2a$11$W.zIyH9ehTvJOQ4P0eDRXeO', b: 'c' }],
    ['a: 2026-01-02T03:04:05Z', { a: '2026-01-02T03:04:05Z' }],
    ['A {B {X: 1, c: $X}}', { A: { B: { X: 1, c: 1 } } }],
    ['a: 1\nb: 2\na: 3', { b: 2, a: 3 }],
  ])('%s', (text, value) => {
    expect(toPlain(parse(text))).toEqual(value);
  });

  it('know where they were written, included ones too', () => {
    const config = parse('é: 1, b: 2\n  include inc.conf\nlist: [\n  "x"\n   y\n]');
    const at = (key: string) => config.value.get(key)?.at;
    expect(at('b')).toEqual({ file: 'f.conf', line: 1, column: 7 });
    expect(at('port')).toEqual({ file: 'inc.conf', line: 1, column: 0 });
    const list = config.value.get('list');
    expect(list?.type === '[]interface {}' && list.value.map((item) => item.at)).toEqual([
      { file: 'f.conf', line: 4, column: 4 },
      { file: 'f.conf', line: 5, column: 4 },
    ]);
  });
});

describe('what never ends', () => {
  it('is stopped: a file that includes itself', () => {
    const io = testIo({ 'self.conf': 'include self.conf\ninclude self.conf\n' });
    expect(outcome(() => parseText('include self.conf', 'f.conf', io))).toMatch(/nested too deeply$/);
  });

  it('is stopped: maps and arrays within each other', () => {
    expect(outcome(() => parse(`a: ${'['.repeat(100_000)}`))).toMatch(/nested too deeply$/);
    expect(outcome(() => parse('a {'.repeat(100_000)))).toMatch(/nested too deeply$/);
  });
});
