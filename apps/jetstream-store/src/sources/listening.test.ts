import type { Member } from '@skein/bus';
import type { StreamSource } from '@skein/jetstream-core';
import { beforeEach, expect, it } from 'vitest';
import { Feeds } from './feeds.ts';
import { OwnWatches } from './own-watches.ts';
import { subjectIn } from './place.ts';
import type { RemoteFeed } from './remote-feed.ts';

let feeds: Feeds;
let watches: OwnWatches;
let declared: string[];

const feedOf = (source: Partial<StreamSource> = {}) => {
  const got: string[] = [];
  const feed = { source: { name: 'O', ...source }, deliver: (subject: string) => got.push(subject) };
  return { feed: feed as unknown as RemoteFeed, got };
};

const deliver = (account: string, subject: string): boolean =>
  feeds.deliver(account, subject, subject, '', Buffer.alloc(0), 0);

beforeEach(() => {
  declared = [];
  feeds = new Feeds(() => undefined, 'hub', {
    declare: (account, subject, weight) => declared.push(`${account} ${subject} ${weight}`),
    settled: async () => {},
    publish: () => {},
    listeningChanged: (place) => watches.listeningChanged(subjectIn(place)),
    elsewhere: () => undefined,
  });
  const clients: Member['watch'] = () => ({ known: true, isWanted: false, link: undefined, end: () => {} });
  watches = new OwnWatches(
    clients,
    (...place) => feeds.isListened(...place),
    () => undefined,
  );
});

it('makes nothing wanted in other accounts, and ends nothing there', () => {
  const [a, b] = ['A', 'B'].map((account) => watches.watch(account, 'foo', '', () => {}));
  const [first, second] = [feedOf().feed, feedOf().feed];
  feeds.listen('A', 'foo', first);
  expect([a?.isWanted, b?.isWanted]).toEqual([true, false]);
  feeds.listen('B', 'foo', second);
  feeds.unlisten('A', 'foo', first);
  expect([a?.isWanted, b?.isWanted]).toEqual([false, true]);
});

it('is wanted wherever it is pushed from while a feed takes from another account, until the last has ended', () => {
  const external = { api: '$JS.A.API', deliver: '' };
  const watch = watches.watch('A', 'foo', '', () => {});
  const [first, second] = [feedOf({ external }).feed, feedOf({ external }).feed];
  feeds.listen('B', 'foo', first);
  feeds.listen('C', 'foo', second);
  feeds.unlisten('B', 'foo', first);
  expect(watch.isWanted).toBe(true);
  feeds.unlisten('C', 'foo', second);
  expect(watch.isWanted).toBe(false);
});

it('is wanted in no other account by a feed whose subject somebody has chosen', () => {
  const watch = watches.watch('A', 'foo', '', () => {});
  const consumer = { name: 'C', deliver_subject: 'foo' };
  feeds.listen('B', 'foo', feedOf({ external: { api: '$JS.A.API', deliver: '' }, consumer }).feed);
  expect(watch.isWanted).toBe(false);
});

it("is no other account's business where the origin is found by the own domain", () => {
  const watch = watches.watch('A', 'foo', '', () => {});
  feeds.listen('B', 'foo', feedOf({ external: { api: '$JS.hub.API', deliver: '' } }).feed);
  expect(watch.isWanted).toBe(false);
});

it('gives what comes to the first who listens, until that one ends', () => {
  const [first, second] = [feedOf(), feedOf()];
  expect([feeds.listen('A', 'foo', first.feed), feeds.listen('A', 'foo', second.feed)]).toEqual([true, false]);
  feeds.unlisten('A', 'foo', second.feed);
  expect([deliver('A', 'foo'), deliver('B', 'foo')]).toEqual([true, false]);
  feeds.unlisten('A', 'foo', first.feed);
  expect([deliver('A', 'foo'), feeds.listen('A', 'foo', second.feed), deliver('A', 'foo')]).toEqual([
    false,
    true,
    true,
  ]);
  expect([first.got, second.got]).toEqual([['foo'], ['foo']]);
  expect(declared).toEqual(['A foo 1', 'A foo 0', 'A foo 1']);
});
