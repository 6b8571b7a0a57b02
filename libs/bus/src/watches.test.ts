import { describe, expect, it } from 'vitest';
import type { Link, Watch } from './api.ts';
import { Watches } from './watches.ts';

/** One process that watches, and gateways that say what they like. */
class Node {
  readonly asked: string[] = [];
  readonly links = new Map<number, Link>();
  readonly flushes: { of: number; done(): void }[] = [];
  readonly watches = new Watches({
    gateways: () => this.links.values(),
    ask: (link, id, { account, subject }) => this.asked.push(`${link.peer.id}: ${id} ${account} ${subject}`),
    end: (link, id) => this.asked.push(`${link.peer.id}: ${id} ended`),
    flushed: (link) => new Promise((resolve) => this.flushes.push({ of: link.peer.id, done: () => resolve('') })),
  });
  readonly seen: string[] = [];

  up(id: number): Link {
    const link = { peer: { id, component: 'gateway' }, up: true } as Link;
    this.links.set(id, link);
    this.watches.gatewayUp(link);
    return link;
  }

  down(link: Link): void {
    this.links.delete(link.peer.id);
    Object.assign(link, { up: false });
    this.watches.gatewayDown(link);
  }

  watch(): Watch {
    const watch = this.watches.add('$G', 'deliver', '', () =>
      this.seen.push(
        `${watch.known ? '' : 'unknown '}${watch.isWanted ? 'wanted' : 'not'} ${watch.link?.peer.id ?? '-'}`,
      ),
    );
    return watch;
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a watch', () => {
  it('asks every gateway, those that come later too, and is known when all have answered or one has somebody', () => {
    const node = new Node();
    const [one, two] = [node.up(1), node.up(2)];
    const watch = node.watch();
    expect(node.asked).toEqual(['1: 1 $G deliver', '2: 1 $G deliver']);
    node.watches.told(one, 1, false);
    expect(node.seen).toEqual([]);
    node.watches.told(two, 1, false);
    expect([node.seen, watch.known]).toEqual([['not -'], true]);
    node.watches.told(node.up(3), 1, true);
    expect(node.asked.at(-1)).toBe('3: 1 $G deliver');
    expect(node.seen.at(-1)).toBe('wanted 3');
  });

  it('keeps to one gateway as long as that has somebody', () => {
    const node = new Node();
    const [one, two] = [node.up(1), node.up(2)];
    node.watch();
    node.watches.told(two, 1, true);
    node.watches.told(one, 1, true);
    node.watches.told(one, 1, false);
    expect(node.seen).toEqual(['wanted 2']);
  });

  it('moves to another only when all that went before has arrived', async () => {
    const node = new Node();
    const [one, two] = [node.up(1), node.up(2)];
    node.watch();
    node.watches.told(one, 1, true);
    node.watches.told(two, 1, true);
    node.watches.told(one, 1, false);
    expect(node.seen).toEqual(['wanted 1', 'wanted -']);
    expect(node.flushes).toMatchObject([{ of: 1 }]);
    node.flushes[0].done();
    await settled();
    expect(node.seen).toEqual(['wanted 1', 'wanted -', 'wanted 2']);
  });

  it('so, too, when nobody was there for a while', async () => {
    const node = new Node();
    const [one, two] = [node.up(1), node.up(2)];
    node.watch();
    node.watches.told(one, 1, true);
    node.watches.told(one, 1, false);
    node.watches.told(two, 1, true);
    expect(node.seen).toEqual(['wanted 1', 'not -', 'wanted -']);
    // Somebody is where it was again, while it moves.
    node.watches.told(one, 1, true);
    node.watches.told(two, 1, false);
    node.flushes[0].done();
    await settled();
    expect(node.seen.at(-1)).toBe('wanted 1');
  });

  it('moves at once from a gateway that is gone', () => {
    const node = new Node();
    const [one, two] = [node.up(1), node.up(2)];
    node.watch();
    node.watches.told(one, 1, true);
    node.watches.told(two, 1, true);
    node.down(one);
    expect(node.seen).toEqual(['wanted 1', 'wanted 2']);
    node.down(two);
    expect(node.seen.at(-1)).toBe('not -');
  });

  it('ends, and hears nothing more', async () => {
    const node = new Node();
    const [one, two] = [node.up(1), node.up(2)];
    const watch = node.watch();
    node.watches.told(one, 1, true);
    node.watches.told(two, 1, true);
    node.watches.told(one, 1, false);
    watch.end();
    expect(node.asked.slice(-2)).toEqual(['1: 1 ended', '2: 1 ended']);
    node.flushes[0].done();
    await settled();
    node.watches.told(two, 1, false);
    expect(node.seen).toEqual(['wanted 1', 'wanted -']);
  });

  it('one too many is taken for wanted', () => {
    const node = new Node();
    node.up(1);
    for (let i = 0; i < 100_000; i++) node.watches.add('$G', 'x', '', () => {});
    const watch = node.watches.add('$G', 'deliver', '', () => {});
    expect([watch.isWanted, watch.link?.peer.id, node.asked.length]).toEqual([true, 1, 100_000]);
    watch.end();
  });
});
