import type { StreamImport } from '@skein/accounts';
import { describe, expect, it } from 'vitest';
import { AccountsBench } from './testing/accounts-bench.ts';
import { Bench } from './testing/bench.ts';

describe('a watched subject', () => {
  it('is answered for at once, and when the first comes or the last goes', () => {
    const bench = new Bench();
    const { watches } = bench.gateway.interchange;
    const store = bench.member.link(7, 'jetstream-store');
    watches.add(store, 1, '$G', 'deliver.x', '');
    expect(store.told.splice(0)).toEqual([[1, false]]);
    const [one, two] = [bench.client(), bench.client()];
    one.say('SUB deliver.x 1\r\nSUB other 2\r\n');
    two.say('SUB deliver.* 1\r\n');
    expect(store.told.splice(0)).toEqual([[1, true]]);
    one.say('UNSUB 1\r\n');
    expect(store.told).toEqual([]);
    bench.gateway.close(two.connection, 'gone');
    expect(store.told.splice(0)).toEqual([[1, false]]);
    one.say('SUB > 3\r\n');
    watches.add(store, 2, '$G', 'deliver.y', '');
    expect(store.told).toEqual([
      [1, true],
      [2, true],
    ]);
  });

  it('is that of one queue group, or of who is in none', () => {
    const bench = new Bench();
    const { watches } = bench.gateway.interchange;
    const store = bench.member.link(7, 'jetstream-store');
    const client = bench.client();
    for (const [id, queue] of ['', 'q', 'r'].entries()) watches.add(store, id, '$G', 'd', queue);
    store.told.length = 0;
    client.say('SUB d q 1\r\n');
    expect(store.told.splice(0)).toEqual([[1, true]]);
    client.say('SUB d 2\r\n');
    expect(store.told.splice(0)).toEqual([[0, true]]);
    client.say('UNSUB 1\r\n');
    expect(store.told.splice(0)).toEqual([[1, false]]);
  });

  it('is not told of when it is watched no more, or its process is gone', () => {
    const bench = new Bench();
    const { watches } = bench.gateway.interchange;
    const stores = [bench.member.link(7, 'jetstream-store'), bench.member.link(8, 'jetstream-store')];
    for (const store of stores) watches.add(store, 1, '$G', 'a', '');
    watches.end(7, 1);
    watches.withdraw(8);
    bench.client().say('SUB a 1\r\n');
    expect(stores.map(({ told }) => told)).toEqual([[[1, false]], [[1, false]]]);
    expect(bench.gateway.account('$G').watched).toBeNull();
  });

  it('counts those who import it as a stream, as long as they do', async () => {
    const exports = [{ kind: 'stream' as const, subject: 'deliver.>' }];
    const imported: StreamImport = { kind: 'stream', account: 'A', subject: 'deliver.*', to: 'b.*', allowTrace: false };
    const bench = new AccountsBench([
      { name: 'A', exports },
      { name: 'B', imports: [imported] },
    ]);
    const store = bench.member.link(7, 'jetstream-store');
    bench.gateway.interchange.watches.add(store, 1, 'A', 'deliver.x', '');
    const b = await bench.in('B', ['b.x']);
    expect(store.told.splice(0)).toEqual([
      [1, false],
      [1, true],
    ]);
    bench.define({ name: 'B' });
    bench.runtime.turn();
    expect(store.told.splice(0)).toEqual([[1, false]]);
    bench.define({ name: 'B', imports: [imported] });
    bench.runtime.turn();
    expect(store.told.splice(0)).toEqual([[1, true]]);
    bench.gateway.close(b.connection, 'gone');
    expect(store.told).toEqual([[1, false]]);
  });

  it('counts stores that take it in accounts that import it, and in no other', () => {
    const exports = [{ kind: 'stream' as const, subject: 'deliver.>' }];
    const imported: StreamImport = { kind: 'stream', account: 'A', subject: 'deliver.*', to: 'b.*', allowTrace: false };
    const bench = new AccountsBench([{ name: 'A', exports }, { name: 'B', imports: [imported] }, { name: 'C' }]);
    const store = bench.member.link(7, 'jetstream-store');
    const gateway = bench.member.link(2);
    for (const { peer } of [store, gateway]) bench.member.peers.set(peer.id, peer);
    bench.gateway.interchange.watches.add(store, 1, 'A', 'deliver.x', '');
    const wants = (process: number, account: string, subject: string, weight: number): void =>
      bench.gateway.account(account).setRemote(process, subject, '', weight);
    store.told.length = 0;
    wants(7, 'A', 'deliver.x', 1);
    wants(7, 'C', 'deliver.x', 1);
    wants(2, 'B', 'b.x', 1);
    expect(store.told).toEqual([]);
    wants(7, 'B', 'b.x', 1);
    expect(store.told.splice(0)).toEqual([[1, true]]);
    wants(7, 'B', 'b.x', 0);
    expect(store.told.splice(0)).toEqual([[1, false]]);
    wants(7, 'B', 'b.>', 1);
    bench.member.peers.delete(7);
    bench.gateway.account('B').withdrawRemote(7);
    expect(store.told).toEqual([
      [1, true],
      [1, false],
    ]);
  });

  it('one too many is taken for wanted', () => {
    const bench = new Bench();
    const { watches } = bench.gateway.interchange;
    const store = bench.member.link(7, 'jetstream-store');
    for (let id = 1; id <= 100_000; id++) watches.add(store, id, '$G', `d.${id}`, '');
    watches.add(store, 100_001, '$G', 'x', '');
    expect(store.told.at(-1)).toEqual([100_001, true]);
    const client = bench.client();
    store.told.length = 0;
    client.say('SUB d.77 1\r\n');
    expect(store.told).toEqual([[77, true]]);
  });
});

it('what went out to other gateways has arrived when they say so; inner processes are not waited for', async () => {
  const bench = new Bench();
  const [gateway, store] = [bench.member.link(2), bench.member.link(7, 'jetstream-store')];
  gateway.framesSent = 5;
  store.framesSent = 5;
  let done = false;
  void bench.gateway.heldPongs.flushed().then(() => {
    done = true;
  });
  gateway.framesSent = 9;
  gateway.framesAcked = 4;
  bench.gateway.heldPongs.acked();
  await bench.answers();
  expect(done).toBe(false);
  gateway.framesAcked = 5;
  bench.gateway.heldPongs.acked();
  await bench.answers();
  expect(done).toBe(true);
});
