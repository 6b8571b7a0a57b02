import { expect, it } from 'vitest';
import { pageDifferences } from './compare.ts';
import { normalisePage } from './normalise.ts';

it.each([
  [{ a: 1, b: [{ c: 'x' }] }, { a: 1, b: [{ c: 'x' }] }, []],
  [{ a: 1 }, { a: 2 }, ['.a: 1, here 2']],
  [{ a: 1 }, { a: '1' }, ['.a: 1, here "1"']],
  [{ a: 1, b: 2 }, { a: 1 }, ['.b: missing here']],
  [{ a: 1 }, { a: 1, b: 2 }, ['.b: only here']],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, [': another order, b,a']],
  [{ a: [1] }, { a: [1, 2] }, ['.a: 1 entries, here 2']],
  [{ a: [{ b: 1 }] }, { a: [{ b: null }] }, ['.a[0].b: 1, here null']],
  [{ a: {} }, { a: [] }, ['.a: {}, here []']],
])('%j and %j', (expected, actual, differences) => {
  expect(pageDifferences(expected, actual)).toEqual(differences);
});

it('what is different each time is compared by its kind', () => {
  const one = { server_id: 'NA', now: 'x', connections: [{ cid: 7, in_msgs: 3 }], mem: 5 };
  expect(normalisePage(one)).toEqual({
    ...{ server_id: '<string>', now: '<string>', mem: '<number>' },
    connections: [{ cid: '<number>', in_msgs: 3 }],
  });
});

it("the server's own subscriptions are left out, the others put in order", () => {
  const list = [{ subject: 'b', cid: 1 }, { subject: '$SYS.REQ.X' }, { subject: 'a', cid: 2 }];
  expect(normalisePage({ subscriptions_list: list })).toEqual({
    subscriptions_list: [
      { subject: 'a', cid: '<number>' },
      { subject: 'b', cid: '<number>' },
    ],
  });
});
