import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { skein } from './catalogue.ts';

const definitions = Object.values(skein);
const documents = readFileSync(new URL('../../../../docs/monitoring.md', import.meta.url), 'utf8');

it('has each name once, and names as Prometheus advises', () => {
  const names = definitions.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, type, help } of definitions) {
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    expect(help, name).toMatch(/^[A-Z0-9].*\.$/);
  }
});

it('is what docs/monitoring.md lists', () => {
  const table = /<!-- metrics -->\n([\s\S]*)<!-- end of metrics -->/.exec(documents)?.[1] ?? '';
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
  const wanted = definitions.map(({ name, type, labels, help }) => {
    const own = labels.filter((label) => label !== 'component' && label !== 'process');
    return [`\`${name}\``, type, own.map((label) => `\`${label}\``).join(', '), help];
  });
  expect(rows).toEqual(wanted);
});
