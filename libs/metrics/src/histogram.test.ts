import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Families } from './family.ts';
import { Histogram } from './histogram.ts';

it('counts a value in the bucket whose bound it reaches', () => {
  const histogram = new Histogram([1, 2]);
  for (const value of [0, 1, 1.5, 2, 3]) histogram.observe(value);
  expect(histogram.figures()).toEqual({ bounds: [1, 2], counts: [2, 2, 1], sum: 7.5 });
});

it('is shown as Prometheus counts: each bucket with those below', () => {
  const bounds = [0.1, 1, 10];
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true })), (values) => {
      const histogram = new Histogram(bounds);
      for (const value of values) histogram.observe(value);
      const families = new Families();
      families.addHistogram({ name: 'h', type: 'histogram', help: '', labels: [] }, {}, histogram.figures());
      const [{ samples }] = families.all();
      const expected = [...bounds, Number.POSITIVE_INFINITY].map((le) => values.filter((one) => one <= le).length);
      expect(samples.filter(({ suffix }) => suffix === '_bucket').map(({ value }) => value)).toEqual(expected);
      expect(samples.find(({ suffix }) => suffix === '_count')?.value).toBe(values.length);
    }),
  );
});
