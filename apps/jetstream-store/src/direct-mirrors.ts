import type { StreamConfig } from '@skein/jetstream-core';

/** A mirror that answers direct gets in the place of its origin (ADR-31), wherever that is. @returns the origin's name */
export const standsInFor = ({ mirror, mirror_direct }: StreamConfig): string | undefined =>
  mirror_direct ? mirror?.name : undefined;

/** An account's mirrors that answer direct gets in the place of their origins, by these. */
export class DirectMirrors<S extends { readonly stream: { readonly config: StreamConfig } }> {
  readonly #byOrigin = new Map<string, Set<S>>();
  readonly #origins = new Map<S, string>();

  /** Any; undefined: there is none. */
  of(origin: string): S | undefined {
    return this.#byOrigin.get(origin)?.values().next().value;
  }

  /** As it is configured now. */
  note(stream: S): void {
    const origin = standsInFor(stream.stream.config);
    if (origin === this.#origins.get(stream)) return;
    this.forget(stream);
    if (origin === undefined) return;
    this.#origins.set(stream, origin);
    const mirrors = this.#byOrigin.get(origin) ?? new Set();
    this.#byOrigin.set(origin, mirrors.add(stream));
  }

  forget(stream: S): void {
    const origin = this.#origins.get(stream);
    if (origin === undefined) return;
    this.#origins.delete(stream);
    const mirrors = this.#byOrigin.get(origin);
    mirrors?.delete(stream);
    if (mirrors?.size === 0) this.#byOrigin.delete(origin);
  }
}
