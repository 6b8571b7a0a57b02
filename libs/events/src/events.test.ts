import { expect, it } from 'vitest';
import { accountStat } from './account-stat.ts';
import { clientInfo } from './client-info.ts';
import { eventId } from './event-id.ts';
import { FEATURE_FLAGS, serverInfo } from './server-info.ts';
import { readUserToken } from './user-token.ts';

it('ids are 22 letters and digits, and never the same', () => {
  const ids = Array.from({ length: 5000 }, eventId);
  for (const id of ids) expect(id).toMatch(/^[0-9A-Za-z]{22}$/);
  expect(new Set(ids).size).toBe(ids.length);
});

it('says what JetStream it has', () => {
  const facts = { serverId: 'N', serverName: 'n', version: '2.15.2', host: '::', tags: [], metadata: {} };
  const told = serverInfo({ ...facts, jetstream: { domain: 'hub' } }, 7, 0);
  expect(Object.keys(told).join()).toBe('name,host,id,domain,ver,feature_flags,jetstream,flags,seq,time');
  expect(told).toMatchObject({ domain: 'hub', jetstream: true, flags: 7 });
});

it('tags and metadata are left out where there are none', () => {
  const facts = { serverId: 'N', serverName: 'n', version: '2.15.2', host: '::', tags: [], metadata: {} };
  expect(serverInfo(facts, 7, Date.UTC(2026, 0, 1))).toEqual({
    name: 'n',
    host: '::',
    id: 'N',
    ver: '2.15.2',
    feature_flags: FEATURE_FLAGS,
    jetstream: false,
    flags: 0,
    seq: 7,
    time: '2026-01-01T00:00:00.000Z',
  });
});

it('an account’s figures have nats-server’s fields, in its order', () => {
  // Recorded: `$SYS.ACCOUNT.APP.SERVER.CONNS` of nats-server 2.15.2.
  const recorded =
    '{"acc":"APP","name":"APP","conns":1,"leafnodes":0,"total_conns":1,"num_subscriptions":4,"sent":{"msgs":1,"bytes":3,"gateways":{"msgs":0,"bytes":0},"routes":{"msgs":0,"bytes":0},"leafs":{"msgs":0,"bytes":0}},"received":{"msgs":2,"bytes":5,"gateways":{"msgs":0,"bytes":0},"routes":{"msgs":0,"bytes":0},"leafs":{"msgs":0,"bytes":0}},"slow_consumers":0}';
  const figures = { account: 'APP', nameTag: 'APP', connections: 1, subscriptions: 4, slowConsumers: 0 };
  const traffic = { sent: { msgs: 1, bytes: 3 }, received: { msgs: 2, bytes: 5 } };
  expect(JSON.stringify(accountStat({ ...figures, ...traffic }))).toBe(recorded);
});

it('a client with a key is vouched for by its account', () => {
  const user = 'UDVEU3DD4KOFECV66VIHWEZOYX4ZKR3WV27L464SIIPOU2IUI3JCYSJF';
  const facts = { cid: 7, host: '::1', startUnixMs: 0, account: 'APP', accountTag: 'app', user, type: 'nats' as const };
  const info = clientInfo({ ...facts, name: '', lang: '', version: '', rttMs: 0.5, stopUnixMs: 1 });
  // Recorded from nats-server 2.15.2.
  expect(Object.keys(info).join(' ')).toBe('start host id acc user rtt stop issuer_key name_tag kind client_type');
  expect(info).toMatchObject({ rtt: 500_000, issuer_key: 'APP', name_tag: 'app' });
});

it('a client with a token shows it, who signed it, and its tags', () => {
  const claims = { iss: 'ACYC', name: 'a1', nats: { tags: ['t1'] } };
  const token = `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
  const facts = {
    cid: 7,
    host: '::1',
    startUnixMs: 0,
    account: 'AB7A',
    accountTag: 'A',
    user: 'UCPB',
    type: 'nats' as const,
  };
  const info = clientInfo({ ...facts, name: '', lang: '', version: '', rttMs: 0, token });
  expect(Object.keys(info).join(' ')).toBe('start host id acc user jwt issuer_key name_tag tags kind client_type');
  expect(info).toMatchObject({ jwt: token, issuer_key: 'ACYC', name_tag: 'A', tags: ['t1'] });
  expect(readUserToken(token)).toEqual({ issuer: 'ACYC', name: 'a1', tags: ['t1'] });
});

it.each(['', 'x', 'a.b.c', `a.${Buffer.from('null').toString('base64url')}.c`])('%j is no token', (token) => {
  expect(readUserToken(token)).toBeUndefined();
});
