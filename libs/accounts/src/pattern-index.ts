import { hasWildcard, isSubset, matches, overlaps } from '@skein/subjects';

/** Things by their pattern (latin1): where there are thousands, most have no wildcards, and are found by name. */
export class PatternIndex<T> {
  readonly #literals = new Map<string, T[]>();
  readonly #wild: { pattern: string; thing: T }[] = [];

  add(pattern: string, thing: T): void {
    if (hasWildcard(pattern)) this.#wild.push({ pattern, thing });
    else this.#literals.set(pattern, [...(this.#literals.get(pattern) ?? []), thing]);
  }

  /** Those whose pattern covers all of this one. */
  covering(pattern: string): T[] {
    const literal = hasWildcard(pattern) ? [] : (this.#literals.get(pattern) ?? []);
    const wild = this.#wild.filter((one) => isSubset(pattern, one.pattern));
    return wild.length === 0 ? literal : [...literal, ...wild.map(({ thing }) => thing)];
  }

  /** Those whose pattern has some subject in common with this one. */
  overlapping(pattern: string): T[] {
    const wild = this.#wild.filter((one) => overlaps(pattern, one.pattern)).map(({ thing }) => thing);
    if (!hasWildcard(pattern)) return [...(this.#literals.get(pattern) ?? []), ...wild];
    const literals = [...this.#literals].filter(([literal]) => matches(pattern, literal));
    return [...literals.flatMap(([, things]) => things), ...wild];
  }
}
