import { expect, it } from 'vitest';
import { unheard } from './client-services.ts';
import { Bench } from './testing/bench.ts';

it('is heard: what a subscription, a queue group or another process wants, and what is awaited as an answer', () => {
  const bench = new Bench();
  const subjects = ['in.a', 'in.b', 'in.c', '_R_.1.2', 'in.d'];
  expect(unheard(bench.gateway, '$G', subjects)).toEqual(['in.a', 'in.b', 'in.c', 'in.d']);
  const client = bench.client();
  client.say('SUB in.a 1\r\nSUB in.b q 2\r\n');
  expect(unheard(bench.gateway, '$G', subjects)).toEqual(['in.c', 'in.d']);
  expect(unheard(bench.gateway, 'other', ['in.a'])).toEqual(['in.a']);
  client.say('UNSUB 1\r\n');
  expect(unheard(bench.gateway, '$G', ['in.a', 'in.b'])).toEqual(['in.a']);
  bench.gateway.close(client.connection, 'gone');
  expect(unheard(bench.gateway, '$G', ['in.b'])).toEqual(['in.b']);
});
