import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';
import { rowGroups, rows } from './rows.ts';

const server = ['--server', process.execPath];

describe('parseOptions', () => {
  it('measures all rows, three times, about two seconds each, if nothing is said', () => {
    const options = parseOptions(server);
    expect(options).toMatchObject({ mode: 'measure', runs: 3, load: { seconds: 2 }, peer: null, json: null });
    expect(options.rows).toEqual(rows);
  });
  it('takes rows in the order in which they are named', () => {
    const options = parseOptions([...server, '--rows', '1to1-16,pub-1x16', '--count', '5']);
    expect(options.rows.map((row) => row.name)).toEqual(['1to1-16', 'pub-1x16']);
    expect(options.load).toEqual({ count: 5 });
  });
  it('takes a group for its rows', () => {
    const options = parseOptions([...server, '--rows', 'js-shapes', '--scale', '0.5']);
    expect(options.rows.map((row) => row.name)).toEqual(rowGroups['js-shapes']);
    expect(options.scale).toBe(0.5);
  });
  it.each([
    [['--rows', 'no-such-row'], 'no-such-row'],
    [['--runs', '0'], '--runs'],
    [['--seconds', 'soon'], '--seconds'],
    [['--scale', '0'], '--scale'],
    [['--count', '1e12'], '--count'],
    [['--peer', '/no/such/file'], '/no/such/file'],
    [['--update'], '--json'],
    [['--unknown'], '--unknown'],
  ])('refuses %j', (args, named) => {
    expect(() => parseOptions([...server, ...args])).toThrow(named);
  });
});

describe('rows', () => {
  it('have names of their own, and figures', () => {
    expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
    expect(rows.every((row) => row.figures.length > 0)).toBe(true);
  });
});
