import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSigningKey } from '@skein/nkeys';
import { resolverDefaults } from '@skein/trust';
import { expect, it, onTestFinished } from 'vitest';
import { DirectoryStore } from './directory-store.ts';

const writer = fileURLToPath(new URL('fixtures/save-for-ever.ts', import.meta.url));
const KILLS = 8;

it('killed at any moment, it has every account whole, none older than was said to be kept', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'skein-store-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const accounts = [createSigningKey('account').publicKey, createSigningKey('account').publicKey];
  const seed = Date.now() % 1000;
  for (let kill = 0; kill < KILLS; kill++) {
    const said = new Map<string, number>();
    const child = spawn(process.execPath, [writer, dir, ...accounts], { stdio: ['ignore', 'pipe', 'inherit'] });
    // Which save it dies in is chosen by the seed; where in it, by the moment.
    const enough = 5 + ((seed + kill * 37) % 40);
    let lines = 0;
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() as string;
      for (const line of parts) {
        const [account, turn] = line.split(' ');
        said.set(account, Number(turn));
        if (++lines === enough) child.kill('SIGKILL');
      }
    });
    await once(child, 'close');

    const store = new DirectoryStore({ kind: 'full', dir, ...resolverDefaults }, Date.now);
    expect(store.list(), `seed ${seed}`).toEqual([...accounts].sort());
    for (const account of accounts) {
      const [turn, , again] = ((await store.lookup(account)) as string).split(':');
      expect([Number(turn) >= (said.get(account) as number), again], `seed ${seed}, kill ${kill}`).toEqual([
        true,
        turn,
      ]);
    }
    await store.close();
    expect(readdirSync(dir).sort()).toEqual(accounts.map((account) => `${account}.jwt`).sort());
  }
});
