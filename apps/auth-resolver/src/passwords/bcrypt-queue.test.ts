import type { Runtime } from '@skein/bus';
import { beforeEach, expect, it } from 'vitest';
import { BcryptQueue, type BcryptWorker, waitingMax } from './bcrypt-queue.ts';

interface Asked {
  password: string;
  resolve(matches: boolean): void;
  reject(error: Error): void;
}

const timers = new Set<() => void>();
const runtime: Runtime = {
  now: () => 0,
  wallMs: () => 0,
  setTimer: (_, fn) => {
    timers.add(fn);
    return { cancel: () => timers.delete(fn) };
  },
  defer: (fn) => fn(),
  random: () => 0,
};

let asked: Asked[] = [];
let started = 0;
let closed = 0;
const startWorker = (): BcryptWorker => {
  started++;
  return {
    compare: (password) => new Promise((resolve, reject) => asked.push({ password, resolve, reject })),
    close: () => closed++,
  };
};

beforeEach(() => {
  timers.clear();
  asked = [];
  started = 0;
  closed = 0;
});

it('starts a worker for the first check and gives it one at a time', async () => {
  const queue = new BcryptQueue(startWorker, runtime, 2000);
  expect(started).toBe(0);
  const answers = [queue.compare('a', '', 'login'), queue.compare('b', '', 'login')];
  expect([started, asked.map(({ password }) => password), queue.length]).toEqual([1, ['a'], 1]);
  asked[0].resolve(true);
  await answers[0];
  await expect.poll(() => asked.map(({ password }) => password)).toEqual(['a', 'b']);
  asked[1].resolve(false);
  expect(await Promise.all(answers)).toEqual([true, false]);
  expect([started, timers.size]).toEqual([1, 0]);
});

it('answers each login of a flood: beyond its bound at once, the others when their time is over', async () => {
  const queue = new BcryptQueue(startWorker, runtime, 2000);
  const outcomes = new Map<string, number>();
  const logins = Array.from({ length: 1000 }, (_, i) =>
    queue
      .compare(`${i}`, '', 'login')
      .catch(({ message }: Error) => outcomes.set(message, (outcomes.get(message) ?? 0) + 1)),
  );
  expect([queue.length, timers.size]).toEqual([waitingMax, waitingMax + 1]);
  for (const fire of timers) fire();
  await Promise.all(logins);
  expect(Object.fromEntries(outcomes)).toEqual({
    'too many passwords to check': 1000 - waitingMax - 1,
    'the password could not be checked in time': waitingMax + 1,
  });
  expect([queue.length, timers.size, asked.length]).toEqual([0, 0, 1]);
});

it('lets live connections take turns with a flood of logins', async () => {
  const queue = new BcryptQueue(startWorker, runtime, 2000);
  const logins = Array.from({ length: waitingMax + 1 }, (_, i) => queue.compare(`login ${i}`, '', 'login'));
  const live = Array.from({ length: 2 }, (_, i) => queue.compare(`live ${i}`, '', 'live'));
  for (let i = 0; i < 5; i++) {
    await expect.poll(() => asked.length).toBe(i + 1);
    asked[i].resolve(true);
  }
  await expect.poll(() => asked.length).toBe(6);
  const begun = asked.map(({ password }) => password);
  expect(begun).toEqual(['login 0', 'live 0', 'login 1', 'live 1', 'login 2', 'login 3']);
  expect(await Promise.all(live)).toEqual([true, true]);
  queue.close();
  await Promise.allSettled(logins);
});

it('goes on when the worker is done with what nobody waits for any more', async () => {
  const queue = new BcryptQueue(startWorker, runtime, 2000);
  const first = queue.compare('a', '', 'login');
  for (const fire of timers) fire();
  await expect(first).rejects.toThrow('in time');
  const second = queue.compare('b', '', 'login');
  expect(asked.length).toBe(1);
  asked[0].resolve(true);
  await expect.poll(() => asked.length).toBe(2);
  asked[1].resolve(true);
  expect(await second).toBe(true);
});

it('replaces a worker that failed, and goes on', async () => {
  const queue = new BcryptQueue(startWorker, runtime, 2000);
  const first = queue.compare('a', '', 'login');
  const second = queue.compare('b', '', 'login');
  asked[0].reject(new Error('the thread ended'));
  await expect(first).rejects.toThrow('the thread ended');
  await expect.poll(() => asked.length).toBe(2);
  asked[1].resolve(true);
  expect([await second, started, closed]).toEqual([true, 2, 1]);
});

it('answers everything when it closes', async () => {
  const queue = new BcryptQueue(startWorker, runtime, 2000);
  const answers = Promise.allSettled([queue.compare('a', '', 'login'), queue.compare('b', '', 'login')]);
  queue.close();
  expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect([closed, queue.length, timers.size]).toEqual([1, 0, 0]);
});
