import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeIdentity } from '@skein/bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayTotals } from './gateway-totals.ts';
import { figures, identity, peer } from './testing/test-monitor.ts';
import { TotalsFile } from './totals-file.ts';

const answer = (id: number, inMsgs: number) => ({
  peer: peer(id, 'gateway'),
  body: figures(id, { inMsgs }),
  ageMs: 0,
});

describe('totals', () => {
  it('keep what gateways that are gone had counted, for the next monitor too', () => {
    const totals = new GatewayTotals();
    expect(totals.sum(new Set([1, 2]), [answer(1, 10), answer(2, 5)]).inMsgs).toBe(15);
    // The monitor ends, and with it a gateway, whose place another takes.
    const next = new GatewayTotals(totals.save());
    expect(next.sum(new Set([1, 3]), [answer(1, 11), answer(3, 1)]).inMsgs).toBe(17);
    expect(new GatewayTotals(next.save()).sum(new Set(), []).inMsgs).toBe(17);
  });

  it('count one that says nothing as it was, and once', () => {
    const totals = new GatewayTotals();
    totals.sum(new Set([1]), [answer(1, 10)]);
    const next = new GatewayTotals(totals.save());
    expect(next.sum(new Set([1]), []).inMsgs).toBe(10);
    expect(next.sum(new Set([1]), [answer(1, 12)]).inMsgs).toBe(12);
  });
});

describe('their file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skein-totals-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const open = (more: Partial<NodeIdentity> = {}) => new TotalsFile(folder, { ...identity, ...more });
  const saved = (inMsgs: number) => {
    const totals = new GatewayTotals();
    totals.sum(new Set([1]), [answer(1, inMsgs)]);
    return totals.save();
  };

  it('is there for the next monitor of the same node, the newest of what was saved', async () => {
    const file = open();
    expect(await file.load()).toBeUndefined();
    await Promise.all([file.save(saved(1)), file.save(saved(2))]);
    expect(await open().load()).toEqual(saved(2));
    expect(await open({ startedUnixMs: 1 }).load()).toBeUndefined();
  });

  it('is no matter when it cannot be read or written', async () => {
    await writeFile(join(folder, 'totals.json'), '{"serverId"');
    expect(await open().load()).toBeUndefined();
    await new TotalsFile(join(folder, 'nowhere'), identity).save(saved(1));
  });
});
