import type { Batch } from './batch.ts';
import { read, type ShardContext } from './context.ts';
import { DamagedError } from './errors.ts';
import { KeyType, key } from './keys.ts';
import { Overlay } from './overlay.ts';
import { takeAll } from './packing.ts';

/** The small values beside a stream's messages: all names are in memory, contents are read when they are asked for. */
export class Values {
  readonly #context: ShardContext;
  readonly #stream: number;
  readonly #ids = new Map<string, number>();
  readonly #contents = new Overlay<number, Buffer>();
  readonly #names = new Overlay<number, string>();
  /** What the disk has of them, read with others. */
  #read: ReadonlyMap<number, Buffer> | undefined;
  #next = 1;

  constructor(context: ShardContext, stream: number) {
    this.#context = context;
    this.#stream = stream;
  }

  /** A name that is on disk. */
  known(id: number, name: string): void {
    this.#ids.set(name, id);
    this.#next = Math.max(this.#next, id + 1);
  }

  /** Contents as they are on disk, by their numbers, so that none is read by itself; undefined: forgets them. */
  readTogether(contents: ReadonlyMap<number, Buffer> | undefined): void {
    this.#read = contents;
  }

  get(name: string): Buffer | undefined {
    const id = this.#ids.get(name);
    if (id === undefined) return undefined;
    const changed = this.#contents.get(id);
    if (changed !== null) return changed;
    const alreadyRead = this.#read?.get(id);
    if (alreadyRead !== undefined) return alreadyRead;
    const damaged = (): DamagedError => new DamagedError(this.#stream, `value ${name}`);
    const content = read(this.#context, key(KeyType.Value, this.#stream, id), damaged);
    if (content === undefined) throw damaged();
    return content;
  }

  set(name: string, content: Buffer | undefined): void {
    let id = this.#ids.get(name);
    if (content === undefined) {
      if (id === undefined) return;
      this.#ids.delete(name);
      this.#names.set(id, undefined);
    } else if (id === undefined) {
      id = this.#next++;
      this.#ids.set(name, id);
      this.#names.set(id, name);
    }
    this.#contents.set(id, content);
    this.#context.grew(name.length + (content?.length ?? 0) + 128);
  }

  /** In order. */
  names(prefix: string): string[] {
    return [...this.#ids.keys()].filter((name) => name.startsWith(prefix)).sort();
  }

  /** What changed, as it is now, whatever changes before all of it was taken. */
  write(batch: Batch): Iterable<void> {
    return this.#packAll(batch, this.#contents.freeze(), this.#names.freeze());
  }

  *#packAll(
    batch: Batch,
    contents: ReadonlyMap<number, Buffer | undefined>,
    names: ReadonlyMap<number, string | undefined>,
  ): Generator<void> {
    for (const [id, content] of contents) {
      if (content === undefined) batch.remove(key(KeyType.Value, this.#stream, id));
      else batch.put(key(KeyType.Value, this.#stream, id), content);
      yield;
    }
    for (const [id, name] of names) {
      if (name === undefined) batch.remove(key(KeyType.ValueName, this.#stream, id));
      else batch.put(key(KeyType.ValueName, this.#stream, id), Buffer.from(name));
      yield;
    }
  }

  settled(): void {
    this.#contents.settled();
    this.#names.settled();
  }

  /** Removes them all from disk. */
  drop(batch: Batch): void {
    for (const name of [...this.#ids.keys()]) this.set(name, undefined);
    takeAll(this.write(batch));
  }
}
