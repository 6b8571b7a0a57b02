import type { StoredMessage, StreamImage } from '../stream-store.ts';
import type { ShardContext } from './context.ts';
import { entriesOf, type Records } from './database.ts';
import { DamagedError } from './errors.ts';
import { idKey, KeyType, key, numbersOf } from './keys.ts';
import { LevelStreamStore, type StreamState } from './level-stream-store.ts';
import { RecordCache } from './record-cache.ts';
import type { Seal } from './seal.ts';

/** So much of it is in memory at a time. */
const CACHE_BYTES = 4 << 20;

/**
 * @param records closed with the image, or when there is none; so are the pages
 * @throws DamagedError; Error when the stream is not there
 */
export async function openStreamImage(
  context: ShardContext,
  records: Records,
  pages: Records,
  id: number,
): Promise<StreamImage> {
  const close = async (): Promise<void> => {
    await records.close();
    await pages.close();
  };
  const { seal } = context;
  try {
    const state = open(seal, records.get(idKey(KeyType.Stream, id)), idKey(KeyType.Stream, id), id, 'state');
    const readOnly: ShardContext = {
      ...context,
      database: records,
      pages,
      cache: new RecordCache(CACHE_BYTES),
      grew: () => {},
      nextId: () => {
        throw new Error('an image is not to be changed');
      },
    };
    const store = new LevelStreamStore(readOnly, id, JSON.parse(state.toString()) as StreamState);
    const names = entriesOf(records, key(KeyType.ValueName, id, 0), key(KeyType.ValueName, id + 1, 0));
    for await (const [name, sealed] of names) {
      store.knownValue(numbersOf(name)[1], open(seal, sealed, name, id, 'name of a value').toString());
    }
    return new LevelStreamImage(store, close);
  } catch (error) {
    await close();
    throw error;
  }
}

class LevelStreamImage implements StreamImage {
  readonly #store: LevelStreamStore;
  readonly first: number;
  readonly last: number;
  readonly messages: number;
  readonly bytes: number;
  readonly subjectCount: number;
  readonly deletedCount: number;

  readonly close: () => Promise<void>;

  constructor(store: LevelStreamStore, close: () => Promise<void>) {
    this.#store = store;
    this.close = close;
    this.first = store.first;
    this.last = store.last;
    this.messages = store.messages;
    this.bytes = store.bytes;
    this.subjectCount = store.subjectCount;
    this.deletedCount = store.deletedCount;
  }

  value(name: string): Buffer | undefined {
    return this.#store.value(name);
  }

  values(prefix: string): IterableIterator<[string, Buffer]> {
    return this.#store.values(prefix);
  }

  *stored(): IterableIterator<StoredMessage> {
    const store = this.#store;
    for (let at = store.next(0); at > 0; at = store.next(at + 1)) yield store.get(at) as StoredMessage;
  }
}

function open(seal: Seal, sealed: Buffer | undefined, recordKey: Buffer, id: number, what: string): Buffer {
  if (sealed === undefined) throw new Error(`there is no stream ${id}`);
  const value = seal.open(recordKey, sealed);
  if (value === undefined) throw new DamagedError(id, what);
  return value;
}
