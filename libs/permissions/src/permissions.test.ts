import { matches } from '@skein/subjects';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecisionCache, decisionsMax } from './decision-cache.ts';
import observed from './observed.json' with { type: 'json' };
import { compilePermissions, type Permissions } from './permissions.ts';
import { Replies, repliesMax } from './replies.ts';

interface Observed {
  permissions: Permissions;
  pub: [subject: string, allowed: boolean][];
  sub: [pattern: string, queue: string, allowed: boolean][];
  delivered?: [pattern: string, queue: string, subject: string, reaches: boolean][];
}

describe.each(observed.users as unknown as Observed[])(
  'as observed with $permissions',
  ({ permissions, pub, sub, delivered }) => {
    const compiled = compilePermissions(permissions);

    it('publishes', () => {
      expect(pub.map(([subject]) => [subject, compiled.canPublish(subject)])).toEqual(pub);
    });

    it('subscribes', () => {
      expect(sub.map(([pattern, queue]) => [pattern, queue, compiled.canSubscribe(pattern, queue)])).toEqual(sub);
    });

    it('receives', () => {
      for (const [pattern, queue, subject, reaches] of delivered ?? []) {
        const filtered = compiled.filtersDelivery(pattern, queue) && !compiled.mayDeliver(subject, queue);
        expect([pattern, queue, subject, !filtered]).toEqual([pattern, queue, subject, reaches]);
      }
    });
  },
);

describe('an allow list', () => {
  it('that is empty allows nothing, unlike one that is absent', () => {
    const none = compilePermissions({ publish: { allow: [] }, subscribe: { allow: [] } });
    expect([none.canPublish('a'), none.canSubscribe('a', ''), none.canSubscribe('a', 'q')]).toEqual([
      false,
      false,
      false,
    ]);
    const all = compilePermissions({ publish: {}, subscribe: { deny: [] } });
    expect([all.canPublish('a'), all.canSubscribe('>', ''), all.filtersDelivery('>', '')]).toEqual([true, true, false]);
  });

  it('keeps back what a pattern that it let through by its text brings in', () => {
    const permissions = compilePermissions({ subscribe: { allow: ['foo.*', '* q'] } });
    expect(permissions.filtersDelivery('foo.*', '')).toBe(false);
    expect(permissions.filtersDelivery('foo.>', '')).toBe(true);
    expect(permissions.mayDeliver('foo.a', '')).toBe(true);
    expect(permissions.mayDeliver('foo.a.b', '')).toBe(false);
    expect(permissions.filtersDelivery('>', 'q')).toBe(true);
    expect(permissions.mayDeliver('a.b', 'q')).toBe(false);
  });

  it('speaks of subjects as people write them, while the wire has bytes', () => {
    const permissions = compilePermissions({ publish: { allow: ['café.*'] }, subscribe: { allow: ['é ü'] } });
    const bytes = (text: string) => Buffer.from(text).toString('latin1');
    expect(permissions.canPublish(bytes('café.a'))).toBe(true);
    expect(permissions.canPublish('café.a')).toBe(false);
    expect(permissions.canSubscribe(bytes('é'), bytes('ü'))).toBe(true);
  });
});

describe('what a subscription receives', () => {
  const token = fc.constantFrom('a', 'b', '*');
  const pattern = fc
    .tuple(fc.array(token, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([tokens, full]) => [...tokens, ...(full ? ['>'] : [])].join('.'));
  const queue = fc.constantFrom('', 'q', 'r');
  const entry = fc.tuple(pattern, queue).map(([subject, group]) => (group === '' ? subject : `${subject} ${group}`));
  const rule = fc.record({ allow: fc.option(fc.array(entry), { nil: undefined }), deny: fc.array(entry) });
  const subjects = ['a', 'b', 'c'].flatMap((x) => [
    x,
    ...['a', 'b', 'c'].flatMap((y) => [`${x}.${y}`, `${x}.${y}.a`, `${x}.${y}.c.d`]),
  ]);

  /** The rules with nothing clever in them. */
  function named(entries: string[], subject: string, group: string): boolean {
    return entries.some((text) => {
      const [entrySubject, entryQueue] = text.split(' ');
      return matches(entrySubject, subject) && (entryQueue === undefined || entryQueue === group);
    });
  }

  it('is what the lists permit, message by message', () => {
    fc.assert(
      fc.property(rule, pattern, queue, (subscribe, subscribed, group) => {
        const permissions = compilePermissions({ subscribe });
        if (!permissions.canSubscribe(subscribed, group)) return;
        const filters = permissions.filtersDelivery(subscribed, group);
        for (const subject of subjects) {
          if (!matches(subscribed, subject)) continue;
          const allowed = subscribe.allow === undefined || named(subscribe.allow, subject, group);
          const reaches = !filters || permissions.mayDeliver(subject, group);
          expect({ subject, reaches }).toEqual({ subject, reaches: allowed && !named(subscribe.deny, subject, group) });
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('replies', () => {
  const cases = observed.replies.flatMap(({ max, seen }) => seen.map((steps) => [max, steps] as const));

  it.each(cases)('to at most %i messages: %s', (max, steps) => {
    const permissions = compilePermissions({ publish: { allow: [] }, responses: { max, expiresMs: 60_000 } }, () => 0);
    let seen = '';
    for (const step of steps) {
      if (step === 'R') permissions.given('re.ply');
      seen += step === 'R' ? 'R' : permissions.canReply('re.ply') ? 'P' : '-';
    }
    expect(seen).toBe(steps);
  });

  it('end with their time, which a second request does not renew', () => {
    let nowMs = 0;
    const replies = new Replies({ max: 5, expiresMs: 500 }, () => nowMs);
    replies.given('a');
    nowMs = 500;
    replies.given('a');
    expect(replies.use('a')).toBe(true);
    nowMs = 501;
    expect(replies.use('a')).toBe(false);
  });

  it('begin anew when the subject is given after its time', () => {
    let nowMs = 0;
    const replies = new Replies({ max: 1, expiresMs: 500 }, () => nowMs);
    replies.given('a');
    nowMs = 501;
    replies.given('a');
    expect([replies.use('a'), replies.use('a')]).toEqual([true, false]);
  });

  it('do not end when no time is set', () => {
    let nowMs = 0;
    const replies = new Replies({ max: 1, expiresMs: 0 }, () => nowMs);
    replies.given('a');
    nowMs = 1e12;
    expect(replies.use('a')).toBe(true);
  });

  it('are bounded in number: the expired and then the oldest go first', () => {
    let nowMs = 0;
    const replies = new Replies({ max: -1, expiresMs: 100 }, () => nowMs);
    replies.given('expired');
    nowMs = 101;
    for (let i = 0; i < repliesMax; i++) replies.given(`r${i}`);
    expect([replies.size, replies.use('expired'), replies.use('r0')]).toEqual([repliesMax, false, true]);
    replies.given('one more');
    expect([replies.size, replies.use('r0'), replies.use('r1'), replies.use('one more')]).toEqual([
      repliesMax,
      false,
      true,
      true,
    ]);
  });

  it('are not counted for who may publish anyway', () => {
    const permissions = compilePermissions({});
    expect([permissions.tracksReplies, permissions.canPublish('a'), permissions.canReply('a')]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

it('decisions are kept, up to a bound', () => {
  const asked: string[] = [];
  const cache = new DecisionCache((subject) => asked.push(subject) > 0);
  for (let i = 0; i < decisionsMax; i++) cache.get(`s${i}`);
  cache.get('s0');
  expect([asked.length, cache.size]).toEqual([decisionsMax, decisionsMax]);
  cache.get('one more');
  expect(cache.size).toBe(1);
});
