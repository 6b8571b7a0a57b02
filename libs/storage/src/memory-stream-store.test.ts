import { MemoryStreamStore } from './memory-stream-store.ts';
import { streamStoreContract } from './stream-store.contract.ts';

streamStoreContract('in memory', {
  create: () => new MemoryStreamStore({ overheadBytes: 16, headerOverheadBytes: 0 }),
  overheadBytes: 16,
});
