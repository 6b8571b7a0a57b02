import type { SubszQuery } from '@skein/bus/questions';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ROWS_MAX, subsz } from './subsz.ts';
import { Bench } from './testing/bench.ts';

function setUp(...clients: string[]) {
  const bench = new Bench();
  for (const text of clients) bench.client().say(`CONNECT {}\r\n${text}`).hear();
  return (query: Partial<SubszQuery> = {}) => subsz(bench.gateway, { offset: 0, limit: 1024, ...query });
}

const subs = (...subjects: string[]): string => subjects.map((one, i) => `SUB ${one} ${i + 1}\r\n`).join('');

it('lists subscriptions with all they have', () => {
  const ask = setUp(subs('a.*', 'b q'), `${subs('c')}UNSUB 1 7\r\nPUB c 0\r\n\r\n`);
  const { total, subscriptions } = ask();
  expect(total).toBe(3);
  expect(subscriptions[1]).toMatchObject({ account: '$G', subject: 'b', queue: 'q', sid: '2', msgs: 0, max: 0 });
  expect(subscriptions[2]).toMatchObject({ subject: 'c', msgs: 1, max: 7 });
});

it('a subject chooses those that get messages on it', () => {
  const ask = setUp(subs('a.*', 'b'), subs('a.b q', '>', 'a.b.c'));
  const subjects = (test: string) => ask({ test }).subscriptions.map(({ subject }) => subject);
  expect(subjects('a.b').sort()).toEqual(['>', 'a.*', 'a.b']);
  expect(ask({ test: 'zzz', limit: 0 })).toMatchObject({ total: 1, subscriptions: [] });
});

it('an account that is not there has nothing', () => {
  const { total, figures } = setUp(subs('a'))({ account: 'NOPE' });
  expect([total, figures.subscriptions]).toEqual([0, 0]);
});

it('pages put together are the whole list, whatever their size', () => {
  const counts = fc.array(fc.nat(7), { maxLength: 6 });
  fc.assert(
    fc.property(counts, fc.integer({ min: 1, max: 9 }), (clients, limit) => {
      const ask = setUp(...clients.map((count, i) => subs(...Array.from({ length: count }, (_, j) => `s.${i}.${j}`))));
      const all = ask().subscriptions.map(({ subject }) => subject);
      const paged: string[] = [];
      for (let offset = 0; offset < all.length; offset += limit) {
        const page = ask({ offset, limit });
        expect(page.total).toBe(all.length);
        paged.push(...page.subscriptions.map(({ subject }) => subject));
      }
      expect(paged).toEqual(all);
      expect(all).toHaveLength(clients.reduce((sum, count) => sum + count, 0));
    }),
  );
});

it('one answer is bounded, in rows and in text', () => {
  const many = setUp(subs(...Array.from({ length: ROWS_MAX + 5 }, (_, i) => `s${i}`)));
  expect(many({ limit: 1e6 }).subscriptions).toHaveLength(ROWS_MAX);
  expect(many({ limit: 1e6, offset: ROWS_MAX }).subscriptions).toHaveLength(5);
  const long = setUp(subs(...Array.from({ length: 600 }, (_, i) => `${'x'.repeat(3000)}${i}`)));
  const first = long({ limit: 1e6 }).subscriptions.length;
  expect(first).toBeLessThan(400);
  expect(long({ limit: 1e6, offset: first }).subscriptions).toHaveLength(600 - first);
});

it('says what the lookups were like', () => {
  const ask = setUp(subs('a', 'a', 'b'), `SUB a 1\r\nUNSUB 1\r\n${'PUB a 0\r\n\r\n'.repeat(5)}PUB b 0\r\n\r\n`);
  expect(ask().figures).toEqual({
    ...{ subscriptions: 3, inserts: 4, removes: 1, lookups: 6, misses: 2 },
    ...{ cached: 2, fanoutTotal: 3, fanoutMax: 2 },
  });
});
