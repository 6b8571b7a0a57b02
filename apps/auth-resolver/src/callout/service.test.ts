import type { AuthRequest, Link, Runtime } from '@skein/bus';
import { decodeJwtAs, encodeJwt, newClaims } from '@skein/jwt';
import { createCurveKey, createServerKey, createSigningKey } from '@skein/nkeys';
import { createBox } from '@skein/nkeys/box';
import { nowSeconds, userOf } from '@skein/trust/testing';
import { beforeEach, expect, it } from 'vitest';
import { type Credentials, readCredentials } from '../credentials.ts';
import { CalloutService, type ServicePlace } from './service.ts';

interface Message {
  account: string;
  subject: string;
  reply: string;
  headers: string;
  body: Buffer;
}

const [server, curve, issuer] = [createServerKey(), createCurveKey(), createSigningKey('account')];
const place: ServicePlace = { account: 'AUTH', issuer: issuer.publicKey, maySign: () => false, xkey: '' };
const connectJson = '{"user":"bob","pass":"x"}';
const request = { connectJson, connection: 1, nonce: '', host: '', kind: 'STANDARD', tls: false } as AuthRequest;
const caller = { request, credentials: readCredentials(connectJson) as Credentials, nameTag: '' };

let timers: { ms: number; fn: () => void; cancelled: boolean }[];
let declared: string[];
let isSettled: boolean;
let keys: () => Promise<string>;
let sent: PromiseWithResolvers<Message>;
let service: CalloutService;
const none = Buffer.alloc(0);

const link = {
  up: true,
  publish(
    account: Buffer,
    subject: Buffer,
    ss: number,
    se: number,
    reply: Buffer,
    rs: number,
    re: number,
    headerBytes: number,
    payload: Buffer,
  ) {
    sent.resolve({
      account: account.toString(),
      subject: subject.toString('latin1', ss, se),
      reply: reply.toString('latin1', rs, re),
      headers: payload.toString('latin1', 0, headerBytes),
      body: payload.subarray(headerBytes),
    });
    return true;
  },
} as unknown as Link;

beforeEach(() => {
  timers = [];
  declared = [];
  isSettled = true;
  sent = Promise.withResolvers();
  keys = async () => JSON.stringify({ serverSeed: server.seed, xkeySeed: curve.seed });
  const runtime = {
    wallMs: () => Date.now(),
    setTimer(ms: number, fn: () => void) {
      const timer = { ms, fn, cancelled: false };
      timers.push(timer);
      return { cancel: () => (timer.cancelled = true) };
    },
  } as unknown as Runtime;
  service = new CalloutService({
    member: {
      links: new Map(),
      declare: (account, subject) => declared.push(`${account} ${subject}`),
      settled: () => isSettled,
      request: () => keys(),
    },
    identity: { serverId: server.publicKey, serverName: 'n', version: 'v', xkey: curve.publicKey } as never,
    facts: () => ({ host: 'h', tags: [], authTimeoutMs: 3000 }),
    runtime,
  });
});

function deliver(subject: string, body: Uint8Array): boolean {
  const buf = Buffer.concat([Buffer.from(subject), body]);
  const end = subject.length;
  return service.deliver(link, 'AUTH', buf, 0, end, end, end, 0, end, buf.length, true, {} as never, 0, 1, 0, 0);
}

function grant(token: string): Buffer {
  const { nats } = decodeJwtAs('authorization_request', token);
  const key = { ...createSigningKey('user'), publicKey: nats.user_nkey };
  const answer = newClaims('authorization_response', nats.user_nkey);
  answer.aud = nats.server_id.id;
  answer.nats.jwt = userOf(issuer, undefined, nowSeconds(), key).jwt;
  return Buffer.from(encodeJwt(answer, issuer, nowSeconds()));
}

it('asks in the account of the service, and hears the answer in an inbox there', async () => {
  const asking = service.ask(caller, place, link);
  const { account, subject, reply, headers, body } = await sent.promise;
  expect([account, subject, headers]).toEqual(['AUTH', '$SYS.REQ.USER.AUTH', '']);
  expect(declared).toEqual([`AUTH ${reply.replace(/\d+$/, '*')}`]);
  expect(decodeJwtAs('authorization_request', body.toString())).toMatchObject({ iss: server.publicKey });
  expect(deliver(reply, grant(body.toString()))).toBe(true);
  expect(await asking).toMatchObject({ user: { account: issuer.publicKey } });
  expect([service.outstanding, timers[0].cancelled]).toEqual([0, true]);
});

it('seals the question for the service, and opens its answer', async () => {
  const theirs = createCurveKey();
  const asking = service.ask(caller, { ...place, xkey: theirs.publicKey }, link);
  const { reply, headers, body } = await sent.promise;
  expect(headers).toBe(`NATS/1.0\r\nNats-Server-Xkey: ${curve.publicKey}\r\n\r\n`);
  const box = createBox(theirs.seed, curve.publicKey);
  const token = Buffer.from(box.open(body) as Uint8Array).toString();
  deliver(reply, box.seal(grant(token)));
  expect(await asking).toMatchObject({ user: {} });
});

it('what is sealed by somebody else is no answer', async () => {
  const asking = service.ask(caller, { ...place, xkey: createCurveKey().publicKey }, link);
  const { reply } = await sent.promise;
  deliver(reply, createBox(createCurveKey().seed, curve.publicKey).seal(none));
  expect(await asking).toMatchObject({ detail: expect.stringContaining('could not decrypt') });
});

it('asks only when every gateway knows where the answer goes, and not when it is too late', async () => {
  isSettled = false;
  let published = 0;
  sent.promise.then(() => published++);
  const asking = [service.ask(caller, place, link), service.ask(caller, place, link)];
  await new Promise((resolve) => setImmediate(resolve));
  service.settled();
  timers[0].fn();
  expect(await asking[0]).toMatchObject({ cause: 'unanswered' });
  expect(published).toBe(0);
  isSettled = true;
  service.settled();
  expect((await sent.promise).reply).toMatch(/\.2$/);
  timers[1].fn();
  await asking[1];
});

it('waits for as long as a login may take, and not for ever', async () => {
  const asking = service.ask(caller, place, link);
  const { reply } = await sent.promise;
  expect(timers.map(({ ms }) => ms)).toEqual([2900]);
  timers[0].fn();
  expect(await asking).toEqual({
    detail: 'Authorization callout response not received in time on account "AUTH"',
    cause: 'unanswered',
  });
  expect(service.figures).toEqual({ asked: 1, unanswered: 1 });
  // Too late, and not for anybody else either.
  expect([deliver(reply, none), deliver('$SYS._INBOX.other.1', none)]).toEqual([true, false]);
});

it('has a bound on questions without an answer', async () => {
  const asking = Array.from({ length: 1024 }, () => service.ask(caller, place, link));
  expect(await service.ask(caller, place, link)).toMatchObject({ detail: expect.stringContaining('too many logins') });
  await sent.promise;
  for (const { fn } of timers) fn();
  await Promise.all(asking);
  expect(service.outstanding).toBe(0);
  // Their places are free again.
  const next = service.ask(caller, place, link);
  expect(service.outstanding).toBe(1);
  timers.at(-1)?.fn();
  await next;
});

it('a router that does not tell the keys is asked again with the next login', async () => {
  const good = keys;
  keys = () => Promise.reject(new Error('router is away'));
  await expect(service.ask(caller, place, link)).rejects.toThrow('router is away');
  keys = good;
  const asking = service.ask(caller, place, link);
  await sent.promise;
  timers[1].fn();
  await asking;
});
