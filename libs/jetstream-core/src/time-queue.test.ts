import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TimeQueue } from './time-queue.ts';

const entry = fc.tuple(fc.nat(20), fc.nat(1000));

function drain(queue: TimeQueue): [number, number][] {
  const drained: [number, number][] = [];
  for (let key = queue.key; key !== undefined; key = queue.key) {
    drained.push([queue.time, key]);
    queue.pop();
  }
  return drained;
}

it('gives back in order of time, then of number, also after some went', () => {
  fc.assert(
    fc.property(fc.array(entry, { size: 'large' }), fc.nat(20), (entries, least) => {
      const queue = new TimeQueue();
      for (const [time, key] of entries) queue.push(time, key);
      queue.keep((time) => time >= least);
      const kept = entries.filter(([time]) => time >= least);
      expect(drain(queue)).toEqual(kept.sort((one, other) => one[0] - other[0] || one[1] - other[1]));
      expect(queue.time).toBe(Number.POSITIVE_INFINITY);
    }),
  );
});
