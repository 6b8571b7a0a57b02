import { newDefinition } from '@skein/accounts';
import type { AuthResponse } from '@skein/bus';
import { expect, it } from 'vitest';
import { Bench, type TestClient } from './testing/bench.ts';

async function client(
  bench: Bench,
  overrides: Partial<Extract<AuthResponse, { allowed: true }>> = {},
): Promise<TestClient> {
  const stranger = bench.stranger().say('CONNECT {"verbose":false}\r\n');
  const rights = { expiresUnixMs: 0, subscriptionsMax: 0, payloadBytesMax: 0 };
  bench.member.asked.at(-1)?.answer({ allowed: true, account: 'A', user: 'u', ...rights, ...overrides });
  await bench.answers();
  return stranger;
}

const bench = (): Bench => new Bench({ authRequired: true, maxPayloadBytes: 100 });
const definition = (limits: object) => ({ ...newDefinition('A'), limits });

it('no more clients come in than an account may have', async () => {
  const at = bench();
  at.gateway.definitions.apply(definition({ connectionsMax: 1 }));
  const first = await client(at);
  const second = await client(at);
  expect(second.hear()).toBe("-ERR 'maximum account active connections exceeded'\r\n");
  expect([first.connection.isClosed, second.connection.isClosed]).toEqual([false, true]);
  at.gateway.close(first.connection, '');
  expect((await client(at)).connection.isClosed).toBe(false);
});

it('the narrowest limit of user, account and server holds, also for who is there already', async () => {
  const at = bench();
  const plain = await client(at);
  const narrow = await client(at, { payloadBytesMax: 5, subscriptionsMax: 7 });
  const limits = () =>
    [plain, narrow].map(({ connection }) => [connection.payloadBytesMax, connection.subscriptionsMax]);
  expect(limits()).toEqual([
    [100, Number.POSITIVE_INFINITY],
    [5, 7],
  ]);
  at.gateway.definitions.apply(definition({ payloadBytesMax: 50, subscriptionsMax: 3 }));
  expect(limits()).toEqual([
    [50, 3],
    [5, 3],
  ]);
});

it('a configuration changes what differs from the one before, and takes away what is gone', async () => {
  const at = bench();
  const { connection } = await client(at);
  const users: never[] = [];
  at.gateway.definitions.configure({
    accounts: [{ definition: definition({ payloadBytesMax: 9 }), users }],
    mappings: [],
    noSystemAccount: false,
  });
  expect(connection.payloadBytesMax).toBe(9);
  at.gateway.definitions.configure({ accounts: [], mappings: [], noSystemAccount: false });
  expect(connection.account?.limits).toEqual({});
});
