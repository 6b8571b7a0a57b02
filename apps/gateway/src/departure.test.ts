import { expect, it } from 'vitest';
import { Departure } from './departure.ts';
import { Bench } from './testing/bench.ts';

function leaving(bench: Bench) {
  const departure = new Departure(bench.gateway);
  const state = { departure, left: false };
  void departure.leave().then(() => {
    state.left = true;
  });
  bench.runtime.turn();
  return state;
}

it('the only gateway closes its clients, and is gone', async () => {
  const bench = new Bench();
  bench.member.link(9, 'monitor');
  const client = bench.client();
  const state = leaving(bench);
  await bench.answers();
  expect(state.left).toBe(true);
  expect(client.connection.isClosed).toBe(true);
  expect([...bench.gateway.closed].map(({ reason }) => reason)).toEqual(['Server Shutdown']);
  expect(bench.member.requests).toEqual([]);
});

it('reads no more, hears the others out, withdraws, and waits until all of them know', async () => {
  const bench = new Bench();
  bench.member.link(2);
  bench.member.link(3);
  const client = bench.client().say('SUB foo 1\r\n');
  const state = leaving(bench);
  await bench.answers();
  expect([client.channel.paused, client.connection.isClosed]).toEqual([true, false]);
  const [first, second] = bench.member.requests;
  bench.member.settledTo = 1;
  first.answer('');
  await bench.answers();
  expect(client.connection.isClosed).toBe(false);
  // One that does not answer is not waited for longer than the request takes.
  second.fail();
  await bench.answers();
  expect(client.connection.isClosed).toBe(true);
  expect(bench.member.declared.at(-1)).toBe('$G foo  0');
  expect(bench.member.requests).toHaveLength(2);
  state.departure.settled();
  await bench.answers();
  expect(bench.member.requests).toHaveLength(2);
  bench.member.settledTo = 2;
  state.departure.settled();
  await bench.answers();
  expect(state.left).toBe(false);
  for (const request of bench.member.requests.slice(2)) request.answer('');
  await bench.answers();
  expect(state.left).toBe(true);
});

it('without a router it does not wait for ever', async () => {
  const bench = new Bench();
  bench.member.link(2);
  bench.client().say('SUB foo 1\r\n');
  bench.member.settledTo = 1;
  const state = leaving(bench);
  await bench.answers();
  bench.member.requests[0].answer('');
  await bench.answers();
  bench.runtime.advance(600);
  await bench.answers();
  bench.member.requests[1].answer('');
  await bench.answers();
  expect(state.left).toBe(true);
});

it('what has just come from the monitor still reaches the clients', async () => {
  const bench = new Bench();
  const client = bench.client();
  const departure = new Departure(bench.gateway);
  void departure.leave();
  await bench.answers();
  client.connection.send('MSG last 1 4\r\nword\r\n');
  expect(client.connection.isClosed).toBe(false);
  bench.runtime.turn();
  await bench.answers();
  expect(client.connection.isClosed).toBe(true);
  expect(client.channel.take().toString()).toContain('word');
});
