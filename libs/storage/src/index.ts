export { ShardError } from './level/errors.ts';
export { CUT_JOURNAL, repairShard } from './level/repair.ts';
export { checksum, type Seal } from './level/seal.ts';
export { ShardStore, type ShardStoreOptions } from './level/shard-store.ts';
export { harmedTables } from './level/table.ts';
export { MemoryStreamStore, type MemoryStreamStoreOptions } from './memory-stream-store.ts';
export { Sequences } from './sequences.ts';
export type { StoredMessage, StreamImage, StreamStore, SubjectState } from './stream-store.ts';
export { SubjectFilter, subjectFilter } from './subject-filter.ts';
