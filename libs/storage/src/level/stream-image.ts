import type { StreamStore } from '../stream-store.ts';
import type { ShardContext } from './context.ts';
import { entriesOf, type Records } from './database.ts';
import { DamagedError } from './errors.ts';
import { idKey, KeyType, key, numbersOf } from './keys.ts';
import { LevelStreamStore, type StreamState } from './level-stream-store.ts';
import { RecordCache } from './record-cache.ts';
import type { Seal } from './seal.ts';

/** So much of it is in memory at a time. */
const CACHE_BYTES = 4 << 20;

/** A stream as it was at one moment, to be read while it changes further. */
export interface StreamImage {
  /** To be read only. */
  readonly store: StreamStore;
  /** What only the image needs may go from the disk. */
  close(): Promise<void>;
}

/**
 * @param records closed with the image, or when there is none
 * @throws DamagedError; Error when the stream is not there
 */
export async function openStreamImage(context: ShardContext, records: Records, id: number): Promise<StreamImage> {
  const { seal } = context;
  try {
    const state = open(seal, records.get(idKey(KeyType.Stream, id)), idKey(KeyType.Stream, id), id, 'state');
    const readOnly: ShardContext = {
      ...context,
      database: records,
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
    return { store, close: () => records.close() };
  } catch (error) {
    await records.close();
    throw error;
  }
}

function open(seal: Seal, sealed: Buffer | undefined, recordKey: Buffer, id: number, what: string): Buffer {
  if (sealed === undefined) throw new Error(`there is no stream ${id}`);
  const value = seal.open(recordKey, sealed);
  if (value === undefined) throw new DamagedError(id, what);
  return value;
}
