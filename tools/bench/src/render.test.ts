import { describe, expect, it } from 'vitest';
import { figureText, reaches, renderResults, replaceBetweenMarks } from './render.ts';
import { merged, type Results, type RowResult, type Side } from './results.ts';
import { rows } from './rows.ts';

const side = (key: string, runs: number[], median: number): Side => ({
  runs: { [key]: runs },
  medians: { [key]: median },
});
const cpu = { server: 0.5, generator: 0.05, processes: { gateway: 0.3, 'gateway 2': 0.2 } };

const result = (row: string, part: Partial<RowResult>): RowResult => ({
  ...{ row, measuredAt: '2026-01-01T00:00:00.000Z', skein: null, peer: null, ratios: {} },
  ...part,
});

const results = (...list: RowResult[]): Results => ({
  machine: { cpu: 'Some CPU', cores: 2, memoryGib: 8, kernel: 'Linux 6', node: 'v26.0.0' },
  servers: { skein: 'skein 1', peer: 'peer 1' },
  options: { runs: 3, load: { seconds: 2 }, scale: 1 },
  rows: list,
});

const lineOf = (text: string, name: string): string => text.split('\n').find((line) => line.includes(name)) ?? '';

describe('figureText', () => {
  it.each([
    [0, '0'],
    [0.012345, '0.0123'],
    [4.5678, '4.57'],
    [99.94, '99.9'],
    [1234.5, '1,235'],
    [-3.21, '-3.21'],
  ])('%d reads %s', (value, text) => {
    expect(figureText(value)).toBe(text);
  });
});

describe('renderResults', () => {
  const good = result('pub-1x16', {
    skein: { ...side('rate', [2.7e6, 3e6, 3.3e6], 3e6), cpu },
    peer: { ...side('rate', [2e6, 2e6, 2e6], 2e6), cpu: { ...cpu, server: 0.7 } },
    ratios: { rate: 1.5 },
  });

  it('gives both figures, their ratio, the target and whether it is reached', () => {
    const line = lineOf(renderResults(results(good), rows), '| pub-1x16');
    expect(line.split('|').map((cell) => cell.trim())).toEqual([
      ...[
        '',
        'pub-1x16',
        'publish only, 1 client, 16 B',
        '3,000,000 ±10 %',
        '2,000,000 ±0 %',
        'msgs/s',
        '1.50',
        '≥ 1.3',
      ],
      ...['yes', '0.5 : 0.7', '0.05 : 0.05', ''],
    ]);
  });

  it('says so where a target is missed', () => {
    const text = renderResults(results({ ...good, ratios: { rate: 1.29 } }), rows);
    expect(lineOf(text, '| pub-1x16')).toContain('**no**');
  });

  it('leaves out what only a peer could tell', () => {
    const line = lineOf(renderResults(results({ ...good, peer: null, ratios: {} }), rows), '| pub-1x16');
    expect(line).not.toContain('yes');
    expect(line).not.toContain('**no**');
  });

  it('lists the processes of a node with several gateways', () => {
    const text = renderResults(results(result('two-gateways-128', { ...good, row: 'two-gateways-128' })), rows);
    expect(lineOf(text, '| gateway 2')).toContain('0.2');
  });

  it('compares a shape with its bound', () => {
    const shape = result('idle-10k', { skein: side('kibPerConnection', [21, 21, 21], 21) });
    expect(lineOf(renderResults(results(shape), rows), 'resident memory each')).toMatch(/21 ±0 %.*≤ 20.*\*\*no\*\*/);
  });

  it('names the rows that could not be measured, and why', () => {
    expect(renderResults(results(result('pub-1x16', { error: 'it broke' })), rows)).toContain('- `pub-1x16`: it broke');
  });
});

describe('reaches', () => {
  const figure = { key: 'rate', label: 'rate', unit: '', target: { ratioMin: 1.3 } };
  it.each([
    [1.3, true],
    [1.2999, false],
  ])('ratio %d: %s', (ratio, expected) => {
    expect(reaches(figure, result('x', { skein: side('rate', [1], 1), ratios: { rate: ratio } }))).toBe(expected);
  });
  it('is open without a peer, and where nothing was measured', () => {
    expect(reaches(figure, result('x', { skein: side('rate', [1], 1) }))).toBeNull();
    expect(reaches(figure, result('x', {}))).toBeNull();
  });
});

describe('replaceBetweenMarks', () => {
  it('keeps the rest of the page, and can be done again', () => {
    const page = 'before\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nafter\n';
    const once = replaceBetweenMarks(page, 'new');
    expect(once).toBe('before\n<!-- bench: begin -->\n\nnew\n\n<!-- bench: end -->\nafter\n');
    expect(replaceBetweenMarks(once, 'new')).toBe(once);
  });
  it('refuses a page without marks rather than losing its text', () => {
    expect(() => replaceBetweenMarks('text', 'new')).toThrow('bench: begin');
  });
});

describe('merged', () => {
  it('replaces what was measured again, keeps the others, in the order of the rows', () => {
    const older = results(result('a', {}), result('c', { error: 'old' }));
    const newer = results(result('c', {}), result('b', {}));
    expect(merged(older, newer, ['a', 'b', 'c']).rows.map((each) => [each.row, each.error])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['c', undefined],
    ]);
  });
});
