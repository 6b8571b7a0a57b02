import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../command-line.ts';
import { outcome, testIo } from '../testdata/io.ts';
import { parseText } from './parser.ts';
import { type Plain, toPlain } from './value.ts';

const PIECES = [
  ...'{}[]()=:,;#\'"\\$.-/ \n\t\r',
  ...[
    '//',
    'include',
    'inc.conf',
    '$X',
    'X',
    '$2a$',
    '\\x',
    '4',
    '1k',
    '1.5',
    '2026-01-02T',
    'true',
    'é',
    '(\n',
    '\n)',
  ],
  ...[
    'port',
    'authorization',
    'users',
    'permissions',
    'tls',
    'websocket',
    'server_tags',
    'accounts',
    'skein',
    'cert.pem',
  ],
];

const randomText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 }))).map((pieces) => pieces.join('')),
);

describe('any text', () => {
  it('is a configuration or a ConfigError', () => {
    fc.assert(
      fc.property(randomText, (text) => {
        outcome(() => parseText(text, 'f.conf', testIo()));
      }),
      { numRuns: 2000 },
    );
  });

  it('is options or an error for the operator', () => {
    fc.assert(
      fc.property(randomText, fc.array(randomText, { maxLength: 3 }), (text, argv) => {
        const io = testIo({ 'f.conf': text });
        expect(['run', 'print', 'signal']).toContain(readCommandLine(['-c', 'f.conf', ...argv], io).kind);
      }),
      { numRuns: 1000 },
    );
  });
});

const key = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/).filter((name) => name !== 'include');
const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((value) => !value.includes('\0'));

const { value: anyValue } = fc.letrec<{ value: Plain; map: Record<string, Plain> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.integer({ min: -4000, max: 4000 }).map((quarters) => quarters + 0.25),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('map'),
  ),
  map: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));

/** Prints a value in one of the many ways the language has for it; `choose` picks the way. */
function print(value: Plain, choose: (ways: string[]) => string): string {
  if (typeof value === 'string') return printString(value, choose);
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const separator = choose([', ', '\n', ',\n', ' # comment\n', ' // comment\n']);
    return `[${choose(['', '\n'])}${value.map((item) => print(item, choose)).join(separator)}\n]`;
  }
  if (typeof value === 'object') {
    return `{${choose(['', '\n', ' # comment\n'])}${entries(value, choose).join(choose([', ', '; ', '\n']))}\n}`;
  }
  return String(value);
}

function entries(map: Record<string, Plain>, choose: (ways: string[]) => string): string[] {
  return Object.entries(map).map(([name, value]) => {
    const shown = choose([name, `"${name}"`, `'${name}'`]);
    return `${shown}${choose([': ', ' = ', ' ', '=', '\t:\t'])}${print(value, choose)}`;
  });
}

function printString(value: string, choose: (ways: string[]) => string): string {
  const escaped = value
    .replace(/[\\"]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r');
  const bytes = [...Buffer.from(value)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  const ways = [`"${escaped}"`, `"${bytes}"`];
  if (!value.includes("'")) ways.push(`'${value}'`);
  if (/^[a-z][a-z0-9@./-]*$/i.test(value) && !/^(true|on|yes|false|off|no)$/i.test(value)) ways.push(value);
  return choose(ways);
}

/** Integers come back as numbers where numbers hold them. */
function normal(value: Plain): Plain {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, normal(entry)]));
}

it('any configuration, however it is written, parses to what it says', () => {
  const configuration = fc.dictionary(key, anyValue, { maxKeys: 5, noNullPrototype: true });
  fc.assert(
    fc.property(configuration, fc.infiniteStream(fc.nat()), (config, random) => {
      const choose = (ways: string[]) => ways[random.next().value % ways.length];
      const written = entries(config, choose).join(choose(['\n', ', ', '; ', ' # comment\n']));
      expect(toPlain(parseText(`${written}\n`, 'f.conf', testIo()))).toEqual(normal(config));
    }),
    { numRuns: 1000 },
  );
});
