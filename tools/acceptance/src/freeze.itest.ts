import { describe, expect, it } from 'vitest';
import { Notices } from './client.ts';
import { freeze, openClientAt, startNode, startTraffic, thaw } from './scope.ts';

/** Far above what a request takes, far below what waiting for a frozen process would. */
const REQUEST_MS_MAX = 500;

describe('SIGSTOP under traffic', () => {
  it.each(['router', 'monitor', 'auth-resolver'] as const)(
    '%s: core traffic goes on as if nothing were',
    async (component) => {
      const node = await startNode({ gateways: 2 });
      const [one, two] = [await openClientAt(node, 0), await openClientAt(node, 1)];
      const notices = [new Notices(one), new Notices(two)];
      const traffic = await startTraffic(one, two);
      const frozen = await node.process(component);
      freeze(frozen);
      await traffic.advance(200);
      await Promise.all([one.flush(), two.flush()]);
      const { sent, received, failures, latenciesMs } = await traffic.stop();
      expect(failures).toEqual([]);
      expect(received).toEqual(sent);
      expect(Math.max(...latenciesMs)).toBeLessThan(REQUEST_MS_MAX);
      expect(notices.flatMap(({ trouble }) => trouble)).toEqual([]);

      thaw(frozen.pid);
      const again = await startTraffic(await openClientAt(node, 1), await openClientAt(node, 0));
      await again.advance(20);
      expect(await node.process(component)).toMatchObject({ pid: frozen.pid, restarts: frozen.restarts });
    },
  );

  it("one gateway of two: the other's clients go on, their new subscriptions within 3 s, and it is replaced", async () => {
    const node = await startNode({ gateways: 2 });
    const [one, two, three] = [await openClientAt(node, 0), await openClientAt(node, 0), await openClientAt(node, 0)];
    const stuck = await openClientAt(node, 1);
    const notices = [new Notices(one), new Notices(two), new Notices(three)];
    const stuckNotices = new Notices(stuck);
    let heard = Promise.withResolvers<string>();
    stuck.subscribe('stuck', { callback: (_error, message) => heard.resolve(message.string()) });
    await stuck.flush();
    const traffic = await startTraffic(one, two);
    const frozen = await node.process('gateway', 1);
    freeze(frozen);
    const begun = performance.now();
    three.subscribe('new', { callback: (_error, message) => void message.respond('here') });
    const settled = three.flush().then(() => performance.now() - begun);
    await traffic.advance(100);
    expect(await settled).toBeLessThan(3000);
    expect((await one.request('new')).string()).toBe('here');

    await stuckNotices.first('reconnect');
    await stuck.flush();
    heard = Promise.withResolvers();
    one.publish('stuck', 'no more');
    expect(await heard.promise).toBe('no more');
    await node.replaced(frozen, 5000);
    const { sent, received, failures } = await traffic.stop();
    expect(failures).toEqual([]);
    expect(received).toEqual(sent);
    expect(notices.flatMap(({ trouble }) => trouble)).toEqual([]);
  });
});
