import { parentPort } from 'node:worker_threads';
import { compareBcrypt } from './bcrypt.ts';
import type { Job } from './bcrypt-thread.ts';

/** In the thread that `startBcryptThread` started: answers its jobs. */
export function serveBcrypt(): void {
  parentPort?.on('message', ({ password, hash }: Job) => parentPort?.postMessage(compareBcrypt(password, hash)));
}
