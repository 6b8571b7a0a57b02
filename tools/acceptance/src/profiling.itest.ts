import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { expect, it } from 'vitest';
import { openClient, startNode } from './scope.ts';

it('a profile of the processor’s time names functions of the source, and the gateway that ran them', async () => {
  const node = await startNode({ conf: 'prof_port: -1', gateways: 1 });
  const port = /profiling port: (\d+)/.exec(node.server.log.join('\n'))?.[1];
  const client = await openClient(node);
  client.subscribe('busy', { callback: () => {} });
  let measuring = true;
  const traffic = (async () => {
    while (measuring) {
      for (let i = 0; i < 500; i++) client.publish('busy', 'x');
      await client.flush();
    }
  })();
  const response = await fetch(`http://127.0.0.1:${port}/debug/pprof/profile?seconds=1&process=gateway/0`);
  measuring = false;
  await traffic;
  expect(response.status).toBe(200);
  const profile = Profile.decode(gunzipSync(Buffer.from(await response.arrayBuffer())));
  const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)];
  const functions = profile.function.map(({ name, filename }) => `${text(name)} ${text(filename)}`);
  expect(functions.some((one) => /^publish .*\/apps\/gateway\/src\/connection\.ts$/.test(one))).toBe(true);
  const labels = new Set(
    profile.sample.flatMap(({ label }) => label.map(({ key, str }) => `${text(key)}=${text(str)}`)),
  );
  expect(labels).toContain('process=gateway/0');
});
