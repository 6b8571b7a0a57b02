import { expect, it } from 'vitest';
import { countSubscribers, describeClient, kick, sendLameDuck } from './client-services.ts';
import { Bench } from './testing/bench.ts';

it('a client that is kicked is closed, and its record says so', () => {
  const node = new Bench();
  const { connection } = node.client();
  expect(kick(node.gateway, connection.cid + 1)).toBe(false);
  expect(kick(node.gateway, connection.cid)).toBe(true);
  expect(connection.isClosed).toBe(true);
  expect([...node.gateway.closed].map(({ reason }) => reason)).toEqual(['Kicked']);
  expect(kick(node.gateway, connection.cid)).toBe(false);
});

it('one client alone is told to go to another server', () => {
  const node = new Bench();
  const [told, other] = [node.client({ protocol: 1 }), node.client({ protocol: 1 })];
  expect(sendLameDuck(node.gateway, told.connection.cid)).toBe(true);
  expect(sendLameDuck(node.gateway, 999)).toBe(false);
  expect([told.hear(), other.hear()].map((heard) => heard.startsWith('INFO'))).toEqual([true, false]);
  expect([told.connection.lameDuck, other.connection.lameDuck]).toEqual([true, false]);
});

it('describes a client that has been let in', async () => {
  const node = new Bench({ authRequired: true });
  const client = node.stranger();
  expect(describeClient(node.gateway, client.connection.cid)).toBeNull();
  client.say('CONNECT {"verbose":false,"user":"u"}\r\n');
  const permissions = { publish: { allow: ['a'] } };
  const limits = { expiresUnixMs: node.runtime.wallMs() + 1000, subscriptionsMax: 0, payloadBytesMax: 0 };
  node.member.asked[0].answer({ allowed: true, account: 'A', user: 'u', permissions, ...limits });
  await node.answers();
  expect(describeClient(node.gateway, client.connection.cid)).toEqual({
    user: 'u',
    userName: '',
    account: 'A',
    accountTag: 'A',
    permissions,
    expiresUnixMs: limits.expiresUnixMs,
  });
  expect(describeClient(node.gateway, 999)).toBeNull();
});

it('counts who would get a message, or the members of one group', () => {
  const node = new Bench();
  node.client().say('SUB foo 1\r\nSUB foo.* 2\r\nSUB > 3\r\nSUB foo q 4\r\nSUB foo q 5\r\nSUB foo r 6\r\n').hear();
  const count = (subject: string, queue = '', account = '$G') =>
    countSubscribers(node.gateway, account, subject, queue);
  expect([count('foo'), count('foo', 'q'), count('foo', 's'), count('foo.x'), count('bar')]).toEqual([5, 2, 0, 2, 1]);
  expect(count('foo', '', 'NOPE')).toBe(0);
});
