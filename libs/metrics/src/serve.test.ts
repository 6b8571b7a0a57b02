import { afterEach, expect, it } from 'vitest';
import { type MetricsServer, serveMetrics } from './serve.ts';
import { parseExposition } from './testing/index.ts';

let server: MetricsServer | undefined;
afterEach(() => server?.close());

it("serves a process's own figures, as they are now", async () => {
  const figures = { uptimeMs: 1500 };
  server = await serveMetrics({ component: 'gateway', instance: 2 }, () => figures, { host: '127.0.0.1', port: 0 });
  const get = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${server?.port}${path}`, { method });
  const uptime = async () => {
    const families = parseExposition(await (await get('/metrics')).text());
    return families.find(({ name }) => name === 'skein_process_uptime_seconds')?.samples;
  };
  expect(await uptime()).toEqual([{ labels: { component: 'gateway', process: 'gateway/2' }, value: 1.5 }]);
  figures.uptimeMs = 2500;
  expect(await uptime()).toMatchObject([{ value: 2.5 }]);
  expect((await get('/')).status).toBe(404);
  expect((await get('/metrics', 'POST')).status).toBe(405);
});

it('says so when the port is taken', async () => {
  server = await serveMetrics({ component: 'router', instance: 0 }, () => ({}), { host: '127.0.0.1', port: 0 });
  const again = serveMetrics({ component: 'router', instance: 0 }, () => ({}), {
    host: '127.0.0.1',
    port: server.port,
  });
  await expect(again).rejects.toThrow('EADDRINUSE');
});
