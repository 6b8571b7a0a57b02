import { parseExposition } from '@skein/metrics/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connection, figures, peer, testMonitor, twin } from '../testing/test-monitor.ts';
import { scrape } from './scrape.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Two accounts, which come first. */
const ACCOUNT_SERIES = 2 * 9;

const read = async (text: Promise<string>) => {
  const families = parseExposition(await text);
  return (name: string) => families.find((one) => one.name === name)?.samples.map((one) => [one.labels, one.value]);
};

it('adds up what the gateways say, and shows each by itself', async () => {
  const { monitor, answers } = testMonitor();
  answers.set('1 stats', { ...figures(10), pendingBytes: 5, open: { inMsgs: 1, inBytes: 2, outMsgs: 3, outBytes: 4 } });
  answers.set('2 stats', { ...figures(20), pendingBytes: 7, open: { inMsgs: 1, inBytes: 2, outMsgs: 3, outBytes: 4 } });
  const samples = await read(scrape(monitor));
  expect(samples('gnatsd_varz_in_msgs')).toEqual([[{ server_id: 'NABC' }, 20]]);
  expect(samples('gnatsd_connz_out_bytes')).toEqual([[{ server_id: 'NABC' }, 8]]);
  expect(samples('gnatsd_connz_pending_bytes')).toEqual([[{ server_id: 'NABC' }, 12]]);
  expect(samples('skein_gateway_pending_bytes')).toEqual([
    [{ component: 'gateway', process: 'gateway/0' }, 5],
    [{ component: 'gateway', process: 'gateway/1' }, 7],
  ]);
  expect(samples('skein_log_lines_dropped_total')).toEqual([[{ component: 'supervisor', process: 'supervisor/0' }, 2]]);
  expect(samples('gnatsd_healthz_status')).toEqual([[{ server_id: 'NABC' }, 0]]);
});

it('is there within 200 ms, whoever does not answer', async () => {
  const { monitor, member, pass } = testMonitor();
  monitor.configuration.skein.metrics = { accounts: true, connections: true, seriesMax: 100 };
  await scrape(monitor);
  // As a member does: it gives an answer up after the time that was asked for, and not sooner.
  Object.assign(member, {
    request: (_to: unknown, method: string, _body: string, timeoutMs: number) => {
      const { promise, reject } = Promise.withResolvers<string>();
      setTimeout(() => reject(new Error(`${method}: timeout`)), timeoutMs);
      return promise;
    },
  });
  const before = Date.now();
  const answer = scrape(monitor).finally(() => expect(Date.now() - before).toBeLessThan(200));
  pass(150);
  await vi.runAllTimersAsync();
  const samples = await read(answer);
  const up = samples('skein_up')?.filter(([labels]) => (labels as { component: string }).component !== 'c');
  expect(up).toEqual(
    [
      ['auth-resolver/0', 0],
      ['gateway/0', 0],
      ['gateway/1', 0],
      ['monitor/0', 1],
      ['router/0', 0],
    ].map(([process, value]) => [{ component: String(process).replace(/\/.*/, ''), process }, value]),
  );
  // The last that was known of them.
  expect(samples('gnatsd_varz_in_msgs')).toEqual([[{ server_id: 'NABC' }, 20]]);
});

it('shows connections one by one only when it is told to, the oldest, within the budget', async () => {
  const { monitor, answers, peers } = testMonitor();
  peers.delete(2);
  answers.set('1 stats', { ...figures(10), connections: 3, pendingBytes: 0 });
  answers.set('1 connz', twin([connection(7), connection(8), connection(9)]));
  const cids = async () => {
    const samples = await read(scrape(monitor));
    return samples('gnatsd_connz_rtt')?.map(([labels]) => (labels as { cid: string }).cid);
  };
  expect(await cids()).toBeUndefined();
  const { metrics } = monitor.configuration.skein;
  monitor.configuration.skein.metrics = { ...metrics, connections: true, seriesMax: ACCOUNT_SERIES + 2 * 11 };
  expect(await cids()).toEqual(['7', '8']);
  expect(monitor.seriesDropped.get('connections')).toBe(11);
});

it('shows links beyond the budget as their sum', async () => {
  const { monitor, answers, peers } = testMonitor();
  const link = (instance: number) => ({
    ...peer(50 + instance, 'gateway', instance),
    ...{ framesSent: 1, framesAcked: 1, framesRefused: 0, bytesInFlight: 10, queuedBytes: 0, writable: true },
  });
  peers.delete(2);
  peers.delete(3);
  answers.set('1 stats', { ...figures(10), links: [link(1), link(2), link(3)] });
  monitor.configuration.skein.metrics = { ...monitor.configuration.skein.metrics, seriesMax: 5 };
  const samples = await read(scrape(monitor));
  expect(samples('skein_link_in_flight_bytes')).toEqual([
    [{ component: 'gateway', process: 'gateway/0', peer: 'gateway/1' }, 10],
    [{ component: 'gateway', process: 'gateway/0', peer: '_other' }, 20],
  ]);
});

it('asks for accounts that nobody uses only where there is room for them', async () => {
  const { monitor, member } = testMonitor();
  const asked: string[] = [];
  const { request } = member;
  Object.assign(member, {
    request: (to: number | 'router', method: string, body: string) => {
      if (method === 'accounts') asked.push(body);
      return request(to, method, body);
    },
  });
  await scrape(monitor);
  expect(asked).toContain('{"accounts":["$G","$SYS"]}');
  asked.length = 0;
  monitor.configuration.skein.metrics = { ...monitor.configuration.skein.metrics, seriesMax: ACCOUNT_SERIES - 1 };
  await scrape(monitor);
  expect(new Set(asked)).toEqual(new Set(['{}']));
});
