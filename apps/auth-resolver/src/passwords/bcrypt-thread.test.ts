import { hashSync } from 'bcryptjs';
import { afterEach, expect, it } from 'vitest';
import type { BcryptWorker } from './bcrypt-queue.ts';
import { startBcryptThread } from './bcrypt-thread.ts';

let worker: BcryptWorker | undefined;
afterEach(() => worker?.close());

it('checks passwords in a thread started from the main of the process', async () => {
  worker = startBcryptThread(new URL('../main.ts', import.meta.url));
  const hash = hashSync('secret', 4);
  expect(await worker.compare('secret', hash)).toBe(true);
  expect(await worker.compare('wrong', hash)).toBe(false);
});

it('rejects when the thread ends', async () => {
  worker = startBcryptThread(new URL('../main.ts', import.meta.url));
  const answer = worker.compare('secret', `$2b$20$${'a'.repeat(53)}`);
  worker.close();
  await expect(answer).rejects.toThrow('the thread that checks passwords ended');
});
