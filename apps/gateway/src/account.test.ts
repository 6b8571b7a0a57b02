import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Account } from './account.ts';
import type { Connection } from './connection.ts';
import { type Route, RouteCache } from './route.ts';
import { Subscription } from './subscription.ts';

// The cache looks at neither.
const NOBODYS = {} as Connection;

function subscription(subject: string, queue = ''): Subscription {
  return new Subscription(NOBODYS, subject, queue, '1', false);
}

function routeOf(account: Account, subject: string): Route {
  const bytes = Buffer.from(subject, 'latin1');
  return account.route(bytes, 0, bytes.length);
}

function cached(cache: RouteCache, subject: string): Route {
  const bytes = Buffer.from(`<${subject}>`, 'latin1');
  return cache.get(bytes, 1, bytes.length - 1);
}

describe('the cache of routes', () => {
  it('knows a subject again by its bytes, wherever they lie', () => {
    const cache = new RouteCache();
    const route = cached(cache, 'gr\xfc\xdfe.1');
    const elsewhere = Buffer.from('PUB gr\xfc\xdfe.1 0', 'latin1');
    expect(cache.get(elsewhere, 4, 11)).toBe(route);
    expect(route.subject).toBe('gr\xfc\xdfe.1');
    expect(cache.size).toBe(1);
  });

  it.each([
    ['a.016gc', 'a.01c49'],
    ['a.016ef', 'a.01c60'],
  ])('keeps %s and %s apart, whose hashes are the same', (one, other) => {
    const cache = new RouteCache();
    const [a, b] = [cached(cache, one), cached(cache, other)];
    expect(a.hash).toBe(b.hash);
    expect([a.subject, b.subject]).toEqual([one, other]);
    expect([cached(cache, one), cached(cache, other)]).toEqual([a, b]);
    expect(cached(cache, one)).not.toBe(cached(cache, other));
  });

  it('holds a bounded number of subjects, among them those in use', () => {
    const cache = new RouteCache();
    const used = cached(cache, 'in.use');
    let largest = 0;
    for (let i = 0; i < 100_000; i++) {
      cached(cache, `s.${i}`);
      if (i % 1000 === 0) expect(cached(cache, 'in.use')).toBe(used);
      largest = Math.max(largest, cache.size);
    }
    expect(largest).toBeLessThanOrEqual(2 * 16_384);
    expect(largest).toBeGreaterThan(16_384);
  });

  it('forgets what is not used', () => {
    const cache = new RouteCache();
    const unused = cached(cache, 'once');
    for (let i = 0; i < 40_000; i++) cached(cache, `s.${i}`);
    expect(cached(cache, 'once')).not.toBe(unused);
  });
});

describe('an account', () => {
  it('matches a subject again only when interest has changed', () => {
    const account = new Account('A');
    const one = subscription('foo.*');
    account.insert(one);
    const route = routeOf(account, 'foo.bar');
    const { plain } = route;
    expect(plain).toEqual([one]);
    expect(routeOf(account, 'foo.bar').plain).toBe(plain);
    const two = subscription('foo.bar');
    account.insert(two);
    expect(routeOf(account, 'foo.bar')).toBe(route);
    expect(new Set(route.plain)).toEqual(new Set([one, two]));
    account.remove(one);
    expect(routeOf(account, 'foo.bar').plain).toEqual([two]);
  });

  it('routes to a process once however many patterns of it match', () => {
    const account = new Account('A');
    account.setRemote(2, 'foo.*', '', 3);
    account.setRemote(2, 'foo.>', '', 1);
    account.setRemote(3, '>', '', 1);
    expect([...routeOf(account, 'foo.bar').remotes].sort()).toEqual([2, 3]);
    account.withdrawRemote(2);
    expect(routeOf(account, 'foo.bar').remotes).toEqual([3]);
  });

  it('makes one group of a queue name, over patterns and processes', () => {
    const account = new Account('A');
    const members = [subscription('foo.*', 'q'), subscription('foo.bar', 'q')];
    for (const member of members) account.insert(member);
    account.insert(subscription('foo.bar', 'other'));
    account.setRemote(2, 'foo.*', 'q', 3);
    account.setRemote(2, 'foo.bar', 'q', 4);
    account.setRemote(3, '>', 'q', 5);
    account.setRemote(3, 'foo.bar', 'away', 1);
    const route = routeOf(account, 'foo.bar');
    expect(route.groups.map(({ name }) => name).sort()).toEqual(['away', 'other', 'q']);
    const group = route.groupNamed('q');
    expect(new Set(group?.members)).toEqual(new Set(members));
    expect(group?.remotes).toEqual([
      { process: 2, weight: 7 },
      { process: 3, weight: 5 },
    ]);
    expect(group?.remoteWeight).toBe(12);
    expect(route.groupNamed('away')?.members).toEqual([]);
    expect(route.groupNamed('nobody')).toBeUndefined();
  });

  it('takes a changed weight, and a withdrawal, and finds the group by name as it is now', () => {
    const account = new Account('A');
    account.setRemote(2, 'foo', 'q', 1);
    expect(routeOf(account, 'foo').groupNamed('q')?.remoteWeight).toBe(1);
    account.setRemote(2, 'foo', 'q', 9);
    expect(routeOf(account, 'foo').groupNamed('q')?.remoteWeight).toBe(9);
    account.setRemote(2, 'foo', 'q', 0);
    expect(routeOf(account, 'foo').groupNamed('q')).toBeUndefined();
    expect(account.remoteEntries.size).toBe(0);
    expect(account.remote.size).toBe(0);
  });

  it('changes nothing when told what it knows', () => {
    const account = new Account('A');
    account.setRemote(2, 'foo', '', 1);
    const { generation } = account;
    account.setRemote(2, 'foo', '', 1);
    account.withdrawRemote(3);
    expect(account.generation).toBe(generation);
  });

  it('keeps routes to many receivers only as far as they come to a bounded sum', () => {
    const account = new Account('A');
    const receivers = 2000;
    for (let i = 0; i < receivers; i++) account.insert(subscription('>'));
    const routes: Route[] = [];
    for (let i = 0; i < 1500; i++) routes.push(routeOf(account, `s.${i}`));
    // From the newest on: those that are still there are the same objects.
    let kept = 0;
    for (const route of routes.reverse()) {
      if (routeOf(account, route.subject) !== route) break;
      kept++;
    }
    expect(kept).toBeGreaterThan(0);
    expect(kept * receivers).toBeLessThanOrEqual(1_000_000);
  });

  it('counts group members, processes and long subjects too', () => {
    const account = new Account('A');
    for (let i = 0; i < 100; i++) account.insert(subscription('>', `q${i % 10}`));
    account.setRemote(2, '>', '', 1);
    expect(routeOf(account, 'a').weight).toBe(100 + 10 + 1);
    expect(routeOf(account, 'x'.repeat(1600)).weight).toBe(100 + 10 + 1 + 100);
  });
});

it('keeps the route of an inbox from the second time on, of other subjects from the first, and none of an answer', () => {
  const account = new Account('$G');
  const sizes = ['orders', '_INBOX.1', '_INBOX.2', '_INBOX.1', '_INBOX.1', '_R_.1.abc', '_R_.1.abc'].map((subject) => {
    const bytes = Buffer.from(subject);
    expect(account.route(bytes, 0, bytes.length).subject).toBe(subject);
    return account.routes.size;
  });
  expect(sizes).toEqual([1, 1, 1, 2, 2, 2, 2]);
});

describe('routes of answers', () => {
  const answered = (account: Account, subject: string): Route => {
    const bytes = Buffer.from(`<${subject}>`, 'latin1');
    return account.answerRoute(bytes, 1, bytes.length - 1);
  };
  const published = (account: Account, subject: string): Route => {
    const bytes = Buffer.from(`<${subject}>`, 'latin1');
    return account.publishedRoute(bytes, 1, bytes.length - 1);
  };

  it('are one for all inboxes of a requester', () => {
    const account = new Account('A');
    account.insert(subscription('_INBOX.me.*'));
    answered(account, '_INBOX.me.1');
    expect(answered(account, '_INBOX.me.2')).toBe(answered(account, '_INBOX.me.3'));
    expect(answered(account, '_INBOX.me.2').plain.length).toBe(1);
  });

  it('are one for all acknowledgements of a consumer', () => {
    const account = new Account('A');
    account.setRemote(7, '$JS.ACK.>', '', 1);
    published(account, '$JS.ACK.S.C.1.1.1.5.0');
    const route = published(account, '$JS.ACK.S.C.1.2.2.6.0');
    expect(published(account, '$JS.ACK.S.C.1.3.3.7.0')).toBe(route);
    expect(route.remotes).toEqual([7]);
    expect(published(account, '$JS.ACK.S.D.1.3.3.7.0')).not.toBe(route);
  });

  it('are not kept when they hold too much: each has a list of all who get everything', () => {
    const account = new Account('A');
    for (let i = 0; i < 2000; i++) account.insert(subscription('>'));
    const used = (prefix: number): Route =>
      [1, 2].map((last) => published(account, `_INBOX.${prefix}.${last}`))[1] as Route;
    const first = used(0);
    expect(used(0)).toBe(first);
    for (let prefix = 1; prefix <= 600; prefix++) used(prefix);
    expect(used(0)).not.toBe(first);
  });

  it('lead to whom routes lead to, whoever comes and goes', () => {
    const pattern = fc.constantFrom(
      '_I.a.x',
      '_I.a.*',
      '_I.a.>',
      '_I.*.x',
      '_I.>',
      '>',
      '_I.a',
      '_I.b.*',
      'a.x',
      '_R_.1.x',
      '$JS.ACK.>',
      '$JS.ACK.S.C.>',
      '$JS.ACK.S.C.*.2',
      '$JS.ACK.S.C.1.2',
    );
    const subject = fc.constantFrom(
      ...['_I.a.x', '_I.a.y', '_I.b.x', '_I.a', '_I.x', '_I.a.', '_I', 'a.x', '_R_.1.x'],
      ...['$JS.ACK.S.C.1.2', '$JS.ACK.S.C.1.3', '$JS.ACK.S.C.1', '$JS.ACK.S.C', '$JS.ACK.S.D.1.2', '$JS.ACK.S.C..2'],
      ...['$JS.ACK.S.C.1.', '$JS.ACK', '$JS.ACK..C.1.2'],
    );
    const step = fc.oneof(
      fc.record({ insert: pattern, queue: fc.constantFrom('', 'q') }),
      fc.record({ remove: fc.nat(5) }),
      fc.record({ remote: pattern, weight: fc.nat(1) }),
      fc.record({ ask: subject }),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
        const account = new Account('A');
        const live: Subscription[] = [];
        for (const one of steps) {
          if ('insert' in one) {
            const added = subscription(one.insert, one.queue);
            live.push(added);
            account.insert(added);
          } else if ('remove' in one) {
            const [gone] = live.splice(one.remove, 1);
            if (gone !== undefined) account.remove(gone);
          } else if ('remote' in one) account.setRemote(7, one.remote, '', one.weight);
          else {
            const expected = routeOf(account, one.ask);
            for (const found of [answered(account, one.ask), published(account, one.ask)]) {
              expect(new Set(found.plain)).toEqual(new Set(expected.plain));
              expect(found.remotes).toEqual(expected.remotes);
              expect(found.groups.map(({ name }) => name)).toEqual(expected.groups.map(({ name }) => name));
              expect([found.leadsOut, found.replyProcess]).toEqual([expected.leadsOut, expected.replyProcess]);
            }
          }
        }
      }),
    );
  });
});
