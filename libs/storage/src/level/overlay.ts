/** Changes that are not on disk: those of now, and those that are being written. Undefined as a value: removed. */
export class Overlay<K, V> {
  #now = new Map<K, V | undefined>();
  #written: Map<K, V | undefined> | undefined;

  /** Null: not changed, the disk has it. */
  get(key: K): V | undefined | null {
    if (this.#now.has(key)) return this.#now.get(key);
    if (this.#written?.has(key) === true) return this.#written.get(key);
    return null;
  }

  set(key: K, value: V | undefined): void {
    this.#now.set(key, value);
  }

  /** What is to be written; it counts as changed until `settled`. */
  freeze(): ReadonlyMap<K, V | undefined> {
    this.#written = this.#now;
    this.#now = new Map();
    return this.#written;
  }

  settled(): void {
    this.#written = undefined;
  }
}
