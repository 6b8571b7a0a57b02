import { describe, expect, it } from 'vitest';
import { Mapper, MappingError } from './mapper.ts';

/** What becomes of a subject, as `weight% subject`. */
function choices(mapper: Mapper, subject: string): string[] | undefined {
  return mapper
    .find(subject)
    ?.choices.map(({ weight, transform }) => `${weight}% ${transform?.apply(subject) ?? subject}`);
}

const to = (...destinations: [subject: string, weight: number, cluster?: string][]) =>
  destinations.map(([subject, weight, cluster]) => ({ subject, weight, ...(cluster && { cluster }) }));

describe('a mapper', () => {
  it('leaves the rest as it is, or loses it where the subject is among its own destinations', () => {
    const mapper = new Mapper([
      { source: 'a.*', destinations: to(['x.$1', 30], ['y', 20]) },
      { source: 'b', destinations: to(['b', 40]) },
    ]);
    expect(choices(mapper, 'a.1')).toEqual(['30% x.1', '20% y', '50% a.1']);
    expect(choices(mapper, 'b')).toEqual(['40% b']);
    expect(choices(mapper, 'c')).toBeUndefined();
  });

  it('prefers the mapping that names the subject, then the first that covers it', () => {
    const mapper = new Mapper([
      { source: 'a.>', destinations: to(['1.>', 100]) },
      { source: 'a.*', destinations: to(['2', 100]) },
      { source: 'a.b', destinations: to(['3', 100]) },
    ]);
    expect([choices(mapper, 'a.b'), choices(mapper, 'a.c')]).toEqual([['100% 3'], ['100% 1.c']]);
  });

  it('has destinations of its own for a cluster', () => {
    const mappings = [{ source: 'a', destinations: to(['east', 100, 'E'], ['anywhere', 60]) }];
    expect(choices(new Mapper(mappings, 'E'), 'a')).toEqual(['100% east']);
    expect(choices(new Mapper(mappings, 'W'), 'a')).toEqual(['60% anywhere', '40% a']);
    const eastern = [{ source: 'a', destinations: to(['east', 100, 'E']) }];
    expect(new Mapper(eastern).isEmpty).toBe(true);
  });

  it.each([
    ['Error adding mapping for "a" : total weight needs to be <= 100', to(['b', 60], ['c', 50])],
    ['Error adding mapping for "a" : duplicate entry for "b"', to(['b', 10], ['b', 10])],
    ['Error adding mapping for "a" to "b.*" : invalid subject', to(['b.*', 10])],
  ])('%s', (message, destinations) => {
    expect(() => new Mapper([{ source: 'a', destinations }])).toThrow(new MappingError(message));
  });
});
