import { expect, it } from 'vitest';
import { run } from './run.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const ROUNDS = Number(process.env.ROUNDS ?? 5);

it.each([
  ['one store', ''],
  ['two stores', 'skein { jetstream { stores: 2 } }'],
])(
  `keeps every promise, however often it is killed: %s (SEED=${SEED})`,
  async (_stores, conf) => {
    const { violations, acknowledged, kills } = await run({ seed: SEED, rounds: ROUNDS, conf });
    expect(violations).toEqual([]);
    expect(kills).toBe(ROUNDS);
    expect(acknowledged).toBeGreaterThan(100);
  },
  180_000,
);
