import { MemoryStreamStore } from '@skein/storage';
import { expect, it } from 'vitest';
import { checkStreamConfig } from './check-stream-config.ts';
import { Stream } from './stream.ts';
import { streamState } from './stream-state.ts';

it('pages through subjects', () => {
  const store = new MemoryStreamStore({ overheadBytes: 16, headerOverheadBytes: 0 });
  const silent = { stored: () => {}, removed: () => {}, purged: () => {}, republish: () => {} };
  const config = checkStreamConfig({ name: 'S', subjects: ['s.*'] });
  const stream = Stream.create(store, config, silent, { isWanted: () => false });
  for (const subject of ['s.c', 's.a', 's.b']) stream.publish(subject, Buffer.alloc(0), 0, 1_790_000_000, 0);
  const { state, page } = streamState(stream, 0, { subjectsFilter: '>', offset: 1 });
  expect(Object.keys(state.subjects ?? {})).toEqual(['s.a', 's.b']);
  expect(page).toEqual({ total: 3, offset: 1, limit: 100_000 });
});
