import { expect, it } from 'vitest';
import { EventLog } from './events.ts';

it('counts the same again within a minute instead of listing it', () => {
  const log = new EventLog();
  log.add(0, 'warning', 'a');
  log.add(50_000, 'warning', 'a');
  log.add(100_000, 'warning', 'a');
  log.add(160_000, 'warning', 'a');
  expect(log.list()).toMatchObject([
    { id: 1, firstMs: 0, lastMs: 100_000, count: 3 },
    { id: 2, firstMs: 160_000, lastMs: 160_000, count: 1 },
  ]);
});

it('has another version after each change', () => {
  const log = new EventLog();
  const versions = [log.version];
  for (const text of ['a', 'a', 'b']) {
    log.add(0, 'info', text);
    versions.push(log.version);
  }
  expect(new Set(versions).size).toBe(4);
});

it('keeps the last 200', () => {
  const log = new EventLog();
  for (let i = 1; i <= 250; i++) log.add(i, 'info', `event ${i}`);
  expect([log.list().length, log.list()[0].text, log.list().at(-1)?.text]).toEqual([200, 'event 51', 'event 250']);
});
