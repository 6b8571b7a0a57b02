import { Worker } from 'node:worker_threads';
import type { BcryptWorker } from './bcrypt-queue.ts';

/** What the thread is sent; it answers with a boolean. */
export interface Job {
  password: string;
  hash: string;
}

/**
 * Starts a thread that checks passwords, one after the other. It does not keep the process alive.
 *
 * @param entry a module that calls `serveBcrypt` when it finds itself in a thread: the process's own main, so that the one
 *   file of a release will do
 */
export function startBcryptThread(entry: URL): BcryptWorker {
  let asked: PromiseWithResolvers<boolean> | undefined;
  const thread = new Worker(entry, { name: 'bcrypt' });
  thread.unref();
  thread.on('message', (matches: boolean) => asked?.resolve(matches));
  thread.on('error', (error) => asked?.reject(error));
  thread.on('exit', () => asked?.reject(new Error('the thread that checks passwords ended')));
  return {
    compare: (password, hash) => {
      asked = Promise.withResolvers();
      const job: Job = { password, hash };
      thread.postMessage(job);
      return asked.promise;
    },
    close: () => {
      thread.terminate();
    },
  };
}
