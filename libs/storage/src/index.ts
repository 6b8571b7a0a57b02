export { MemoryStreamStore, type MemoryStreamStoreOptions } from './memory-stream-store.ts';
export type { StoredMessage, StreamStore, SubjectState } from './stream-store.ts';
export { SubjectFilter, subjectFilter } from './subject-filter.ts';
