import { expect, it } from 'vitest';
import { Turnstile } from './turnstile.ts';
import { UnavailableError } from './unavailable-error.ts';

it('lets so many in at once, so many wait, and sends the others away', async () => {
  const turnstile = new Turnstile(2, 3);
  const begun: number[] = [];
  const gates = Array.from({ length: 6 }, () => Promise.withResolvers<void>());
  const enter = (i: number) =>
    turnstile.run(async () => {
      begun.push(i);
      await gates[i].promise;
    });
  const runs = [0, 1, 2, 3, 4].map(enter);
  await expect(enter(5)).rejects.toThrow(UnavailableError);
  expect(begun).toEqual([0, 1]);
  gates[1].resolve();
  await runs[1];
  expect(begun).toEqual([0, 1, 2]);
  gates[0].reject(new Error('failed inside'));
  await expect(runs[0]).rejects.toThrow('failed inside');
  for (const gate of gates) gate.resolve();
  await Promise.all(runs.slice(2));
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});
