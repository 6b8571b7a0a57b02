import { expect, it } from 'vitest';
import { otherClient } from './other-language.ts';
import { startNode } from './scope.ts';

it('an official client in another language: publish, subscribe, request, queue, headers, drain', async (context) => {
  const client = await otherClient();
  if (typeof client === 'string') return context.skip(`no toolchain for a client in another language (${client})`);
  const node = await startNode({ gateways: 2 });
  expect((await client.talk(node.url)).trim()).toBe('ok');
}, 240_000);
