import type { AuthRequest } from '@skein/bus';
import { expect, it } from 'vitest';
import { StandInLogins } from './stand-in-logins.ts';
import { FakeMember } from './testing/fake-member.ts';
import { ManualRuntime } from './testing/manual-runtime.ts';

const request = (connection: number): AuthRequest => ({
  connection,
  connectJson: JSON.stringify({ user: 'bob', jwt: 'j.w.t', sig: 'signature', pass: 'hunter2' }),
  ...{
    nonce: 'nonce',
    host: '10.0.0.1',
    kind: 'STANDARD',
    tls: true,
    certificateSubject: 'CN=x',
    certificateNames: [],
  },
  certificates: ['PEM'],
});

/** Everything that promises lead to. */
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function open(): { member: FakeMember; runtime: ManualRuntime; logins: StandInLogins; told(): number[] } {
  const [member, runtime] = [new FakeMember(), new ManualRuntime()];
  const told = (): number[] =>
    JSON.parse(member.requests[0]?.question.body ?? '{"logins":[]}').logins.map(
      (one: { request: AuthRequest }) => one.request.connection,
    );
  return { member, runtime, logins: new StandInLogins(member, runtime), told };
}

it('are told once, when the auth-resolver is back; never with what was proven by', async () => {
  const { member, runtime, logins, told } = open();
  logins.add(request(1), 'A', 'U1');
  logins.add(request(2), 'A', 'U1');
  runtime.advance(5000);
  expect(member.requests).toEqual([]);
  member.link(9, 'auth-resolver');
  runtime.advance(1000);
  expect(told()).toEqual([1, 2]);
  expect(member.requests[0]?.question.body).not.toMatch(/j\.w\.t|signature|hunter2|nonce":"n|PEM/);
  expect(JSON.parse(member.requests[0]?.question.body ?? '')).toMatchObject({
    logins: [{ account: 'A', user: 'U1', request: { host: '10.0.0.1', connectJson: '{"user":"bob"}' } }, {}],
    forgotten: 0,
  });
  // It did not live long.
  member.requests.shift()?.fail();
  await soon();
  runtime.advance(1000);
  expect(told()).toEqual([1, 2]);
  logins.add(request(3), 'A', 'U1');
  member.requests.shift()?.answer('{}');
  await soon();
  runtime.advance(0);
  expect(told()).toEqual([3]);
  member.requests.shift()?.answer('{}');
  await soon();
  runtime.advance(60_000);
  expect([member.requests, runtime.timers]).toEqual([[], 0]);
});

it('are bounded, and it is told how many were forgotten', async () => {
  const { member, runtime, logins, told } = open();
  member.link(9, 'auth-resolver');
  for (let i = 1; i <= 4100; i++) logins.add(request(i), 'A', 'U1');
  expect(told()).toEqual([1]);
  member.requests.shift()?.answer('{}');
  await soon();
  runtime.advance(0);
  expect(told().slice(0, 2)).toEqual([5, 6]);
  // The first was told of before it was forgotten.
  const forgotten = (): number => JSON.parse(member.requests[0]?.question.body ?? '').forgotten;
  expect(forgotten()).toBe(3);
  member.requests.shift()?.answer('{}');
  await soon();
  runtime.advance(0);
  expect(forgotten()).toBe(0);
});
