import { beforeEach, expect, it } from 'vitest';
import type { Appointment } from './agenda.ts';
import { DiskSpace, type DiskSpaceOptions } from './disk-space.ts';

const MIB = 1024 * 1024;
let disk: { total: number; free: number };
let looks = 0;
let shorts = 0;
let planned: Appointment | undefined;
const said: string[] = [];
let space: DiskSpace;

beforeEach(async () => {
  disk = { total: 10_000 * MIB, free: 1000 * MIB };
  looks = 0;
  shorts = 0;
  planned = undefined;
  said.length = 0;
  space = new DiskSpace({
    directory: '/data',
    shards: () => 2,
    clock: { tick: () => 1000 },
    agenda: {
      plan: (appointment: Appointment) => {
        planned = appointment;
      },
    },
    logger: { warn: (text: string) => said.push(text), error: (text: string) => said.push(text) },
    onShort: () => {
      shorts++;
    },
    look: async () => {
      looks++;
      return { ...disk };
    },
  } as unknown as DiskSpaceOptions);
  await space.look();
});

it('looks again when enough was written, not before', async () => {
  space.spent(64 * MIB);
  expect(looks).toBe(1);
  space.spent(1);
  space.spent(1);
  await space.look();
  expect(looks).toBe(2);
});

it('looks sooner the less there is', async () => {
  disk.free = 132 * MIB;
  await space.look();
  space.spent(MIB);
  expect(looks).toBe(2);
  space.spent(1);
  expect(looks).toBe(3);
});

it('stops at the reserve, and goes on when there is a quarter more than that', async () => {
  disk.free = 128 * MIB - 1;
  await space.look();
  expect([space.isShort, shorts]).toEqual([true, 1]);
  for (const [free, isShort] of [
    [159, true],
    [160, false],
    [129, false],
    [127, true],
  ] as const) {
    disk.free = free * MIB;
    planned?.due(2000);
    await space.look();
    expect([free, space.isShort]).toEqual([free, isShort]);
  }
  expect(said).toEqual([
    'JetStream storage: /data has 127 MiB left; with less than 128 no messages are stored',
    'JetStream storage: /data has 160 MiB left: messages are stored again',
    'JetStream storage: /data has 127 MiB left; with less than 128 no messages are stored',
  ]);
});

it('keeps no more than half of a small disk', async () => {
  disk = { total: 100 * MIB, free: 51 * MIB };
  await space.look();
  expect(space.isShort).toBe(false);
  disk.free = 49 * MIB;
  await space.look();
  expect(space.isShort).toBe(true);
});
