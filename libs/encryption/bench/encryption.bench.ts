// What encryption at rest costs a shard: messages through journal and database, CPU time of all threads.
//   node libs/encryption/bench/encryption.bench.ts [messages]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Keyring, NodeKeys, openKeyring } from '@skein/encryption';
import { openJournal } from '@skein/journal';
import { checksum, ShardStore } from '@skein/storage';

const MESSAGES = Number(process.argv[2] ?? 500_000);
const IN_FLIGHT = 2000;

async function run(cipher: 'clear' | 'aes' | 'chacha', round: number): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'skein-bench-'));
  const keys = cipher === 'clear' ? undefined : new NodeKeys({ key: 'key', cipher });
  let keyring: Keyring | undefined;
  const shard = await ShardStore.open(join(directory, 'database'), {
    overheadBytes: 16,
    headerOverheadBytes: 4,
    openSeal: async (hasData) => {
      if (keys === undefined) return checksum;
      keyring = await openKeyring({ directory, keys, hasData, openClear: checksum.open });
      return keyring.seal;
    },
  });
  let durable = 0;
  let tell = (): void => {};
  const { journal } = await openJournal({
    directory: join(directory, 'journal'),
    cipher: keyring?.journal,
    onDurable: (number) => {
      durable = number;
      tell();
    },
    onFailed: (error) => {
      throw error;
    },
  });
  const stream = shard.create();
  const content = Buffer.alloc(128, 'x');
  const began = performance.now();
  const cpu = process.cpuUsage();
  for (let sent = 0; sent < MESSAGES; ) {
    for (let i = 0; i < IN_FLIGHT; i++) journal.append(content);
    sent += IN_FLIGHT;
    const last = journal.last;
    while (durable < last) {
      await new Promise<void>((resolve) => {
        tell = resolve;
      });
    }
    for (let i = 0; i < IN_FLIGHT; i++) stream.append(stream.last + 1, `s.${i % 1000}`, content, 0, 1, 1);
    if (shard.dirtyBytes < 8 << 20) continue;
    await shard.flush(last);
    await journal.truncateBefore(last);
  }
  const { user, system } = process.cpuUsage(cpu);
  const wall = performance.now() - began;
  await shard.close();
  await journal.close();
  rmSync(directory, { recursive: true });
  const rate = Math.round(MESSAGES / wall);
  return `${round} ${cipher.padEnd(6)} ${((user + system) / MESSAGES).toFixed(2)} µs CPU a message, ${rate},000 messages/s`;
}

for (let round = 0; round < 4; round++) {
  for (const cipher of ['clear', 'aes', 'chacha'] as const) console.log(await run(cipher, round));
}
