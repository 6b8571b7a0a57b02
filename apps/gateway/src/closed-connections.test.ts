import { expect, it } from 'vitest';
import { ClosedConnections } from './closed-connections.ts';
import type { ClosedRecord } from './connection-record.ts';

const closed = (cid: number, name = '', reason = 'Client Closed'): ClosedRecord =>
  ({ cid, name, reason, lang: '', version: '', user: '' }) as unknown as ClosedRecord;
const cids = (kept: ClosedConnections): number[] => Array.from(kept, ({ cid }) => cid);

it('keeps the newest', () => {
  const kept = new ClosedConnections(3, 100);
  for (let cid = 1; cid <= 8; cid++) kept.add(closed(cid));
  expect([cids(kept), kept.size]).toEqual([[6, 7, 8], 3]);
});

it('keeps fewer with long names', () => {
  const kept = new ClosedConnections(5, 100);
  for (let cid = 1; cid <= 4; cid++) kept.add(closed(cid, 'x'.repeat(10)));
  kept.add(closed(5, 'x'.repeat(75)));
  expect(cids(kept)).toEqual([3, 4, 5]);
  kept.add(closed(6, 'x'.repeat(1000)));
  expect(cids(kept)).toEqual([6]);
  kept.add(closed(7));
  expect(cids(kept)).toEqual([7]);
});

it('counts all that ever ended, by why', () => {
  const kept = new ClosedConnections(2, 100);
  for (let cid = 1; cid <= 5; cid++) kept.add(closed(cid));
  kept.add(closed(6, '', 'Parse Error'));
  expect(kept.byReason).toEqual({ 'Client Closed': 5, 'Parse Error': 1 });
});

it('keeps as many as was said before there were any', () => {
  const kept = new ClosedConnections(3);
  kept.keep(0);
  kept.keep(2);
  for (const cid of [1, 2, 3]) kept.add(closed(cid));
  expect([...kept].map(({ cid }) => cid)).toEqual([2, 3]);
  kept.keep(9);
  kept.add(closed(4));
  expect([...kept].map(({ cid }) => cid)).toEqual([3, 4]);
});
