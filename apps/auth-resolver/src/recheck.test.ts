import type { AuthRequest, Member, MemberHandlers, MemberOptions, Registration } from '@skein/bus';
import { systemRuntime } from '@skein/bus';
import { nowhere } from '@skein/bus/testing';
import { expect, it } from 'vitest';
import type { DirectoryConfiguration } from './options.ts';
import { createAuthResolver, recheckMs } from './server.ts';

const CHECK_MS = 60;
const hash = (user: string): string => `$2b$10$${user.padEnd(53, 'x')}`;

const request = (user: string): AuthRequest => ({
  connection: 1,
  connectJson: JSON.stringify({ user, pass: 'old' }),
  nonce: '',
  host: '',
  kind: 'STANDARD',
  tls: false,
  certificateSubject: '',
  certificateNames: [],
});

const withUsers = (users: string[]): DirectoryConfiguration => ({
  authorization: { users: users.map((user) => ({ user, pass: hash(user) })) },
  accounts: [],
  authTimeoutMs: 2000,
});

/** A resolver in which every password is wrong, and takes its time to be found so. */
async function setUp(users: string[], checked = (_checks: number, _handlers: MemberHandlers): void => {}) {
  let now = 0;
  let checks = 0;
  let handlers: MemberHandlers = {};
  const methods = new Map<string, (body: string) => Promise<string>>();
  const resolver = createAuthResolver({
    log: { debug() {}, info() {}, warn() {}, error() {} },
    createMember: (options: MemberOptions) => {
      handlers = options.handlers;
      return {
        start: async () => ({ configuration: withUsers(users), revision: 1 }) as Partial<Registration>,
        handle: (method: string, fn: (body: string) => Promise<string>) => methods.set(method, fn),
      } as unknown as Member;
    },
    startBcryptWorker: () => ({
      compare: async () => {
        now += CHECK_MS;
        checked(++checks, handlers);
        return false;
      },
      close: () => {},
    }),
    onConfigured: () => {},
    onShutdown: () => {},
    ...nowhere(),
    runtime: { ...systemRuntime(), now: () => now },
  });
  await resolver.start();
  const recheck = async (connections: AuthRequest[], revision = 1): Promise<string[]> => {
    const answer = await methods.get('recheck')!(JSON.stringify({ revision, connections }));
    return JSON.parse(answer).map(({ outcome }: { outcome: string }) => outcome);
  };
  return { recheck, checks: () => checks };
}

const count = (outcomes: string[], outcome: string): number => outcomes.filter((one) => one === outcome).length;

it('checks one password for all the connections that have shown it', async () => {
  const { recheck, checks } = await setUp(['a']);
  expect(count(await recheck(Array(300).fill(request('a'))), 'refused')).toBe(300);
  expect(await recheck([request('a')])).toEqual(['refused']);
  expect(checks()).toBe(1);
});

it('answers what it has found out in time, and goes on from there when asked again', async () => {
  const users = Array.from({ length: 64 }, (_, i) => `u${i}`);
  const { recheck, checks } = await setUp(users);
  const perAnswer = Math.ceil(recheckMs / CHECK_MS);
  const first = await recheck(users.map(request));
  expect([count(first, 'refused'), count(first, 'unchecked')]).toEqual([perAnswer, 64 - perAnswer]);
  expect(count(await recheck(users.map(request)), 'refused')).toBe(64);
  expect(checks()).toBe(64);
});

it('stops when another configuration comes', async () => {
  const users = Array.from({ length: 20 }, (_, i) => `u${i}`);
  const { recheck } = await setUp(users, (checks, handlers) => {
    if (checks === 3) handlers.commit!(withUsers(users), 2);
  });
  const outcomes = await recheck(users.map(request));
  expect([count(outcomes, 'refused'), count(outcomes, 'unchecked')]).toEqual([3, 17]);
  expect(count(await recheck(users.map(request), 2), 'refused')).toBe(20);
});
