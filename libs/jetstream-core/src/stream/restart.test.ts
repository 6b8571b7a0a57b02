import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStreamStore, ShardStore, type StreamStore } from '@skein/storage';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ApiError } from '../api-error.ts';
import { checkStreamConfig } from './check-stream-config.ts';
import { headerBlock } from './header-block.ts';
import { applyOperation, type Operation } from './operation.ts';
import { ackOpening, pubAck } from './publish-outcome.ts';
import { Stream } from './stream.ts';

const OVERHEAD = { overheadBytes: 16, headerOverheadBytes: 0 };
const SILENT = { stored: () => {}, removed: () => {}, purged: () => {}, republish: () => {} };
const NOBODY = { isWanted: () => false };

const config = checkStreamConfig({
  name: 'S',
  subjects: ['s.>'],
  max_msgs: 12,
  max_msgs_per_subject: 4,
  max_age: 20e9,
  duplicate_window: 3e9,
  subject_delete_marker_ttl: 2e9,
  allow_msg_schedules: true,
  subject_transform: { src: 's.random.*', dest: 's.{{random(3)}}' },
});

const lines = fc.constantFrom<string[]>(
  [],
  [],
  ['Nats-Msg-Id: 1'],
  ['Nats-Msg-Id: 2'],
  ['Nats-Msg-Id: 3'],
  ['Nats-TTL: 2'],
  ['Nats-TTL: never'],
  ['Nats-Rollup: sub'],
  ['Nats-Expected-Last-Msg-Id: 1'],
  ['Nats-Expected-Last-Sequence: 5'],
  ['Nats-Schedule: @every 2s', 'Nats-Schedule-Target: s.b'],
  ['Nats-Schedule: @at 2026-09-21T14:13:40Z', 'Nats-Schedule-Target: s.c'],
);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.constantFrom('s.a', 's.b', 's.c', 's.random.x'), lines).map(([subject, headers]) => {
      const block = headers.length > 0 ? headerBlock(headers) : Buffer.alloc(0);
      return { kind: 'publish' as const, subject, content: block, headerBytes: block.length };
    }),
  },
  { weight: 4, arbitrary: fc.constant({ kind: 'expire' as const }) },
  fc.nat(20).map((sequence) => ({ kind: 'delete' as const, sequence, secure: false })),
  fc.constantFrom('', 's.a').map((filter) => ({ kind: 'purge' as const, filter, seq: 4 })),
);

/** What an operation was answered, as text. */
function applied(stream: Stream, one: Operation, number: number): string {
  try {
    const result = applyOperation(stream, one, 1_790_000_000 + number, number);
    return one.kind === 'publish' ? pubAck(ackOpening('S'), stream.outcome) : `${result}`;
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}

function contents(store: StreamStore): unknown {
  const kept: unknown[] = [];
  for (let at = store.next(store.first); at > 0; at = store.next(at + 1)) {
    const message = store.get(at);
    kept.push([at, message?.subject, message?.seconds, message?.content.toString('latin1')]);
  }
  return { kept, first: store.first, last: store.last, bytes: store.bytes };
}

it('a stream that was closed without warning is the same once the journal was applied from what was flushed on', async () => {
  const flushes = fc.array(fc.nat(59), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 60, maxLength: 60 }), flushes, async (journal, flushedAfter) => {
      const folder = mkdtempSync(join(tmpdir(), 'skein-restart-'));
      try {
        const twin = Stream.create(new MemoryStreamStore(OVERHEAD), config, SILENT, NOBODY);
        const answers = journal.map((one, number) => applied(twin, one, number));

        let shard = await ShardStore.open(folder, OVERHEAD);
        const stream = Stream.create(shard.create(), config, SILENT, NOBODY);
        await shard.flush(0);
        for (const [number, one] of journal.entries()) {
          expect(applied(stream, one, number)).toBe(answers[number]);
          if (!flushedAfter.includes(number)) continue;
          stream.save();
          await shard.flush(number + 1);
        }
        await shard.close();

        shard = await ShardStore.open(folder, OVERHEAD);
        const [store] = shard.streams.values();
        const again = new Stream(store as StreamStore, SILENT, NOBODY);
        for (let number = shard.applied; number < journal.length; number++) {
          expect(applied(again, journal[number] as Operation, number)).toBe(answers[number]);
        }
        expect(contents(again.store)).toEqual(contents(twin.store));
        expect(again.lastTime).toEqual(twin.lastTime);
        // It may have to look once more at messages that never go.
        expect(again.expiresAt).toBeLessThanOrEqual(twin.expiresAt);
        await shard.close();
      } finally {
        rmSync(folder, { recursive: true });
      }
    }),
    { numRuns: Number(process.env.SEEDS ?? 10) },
  );
});
