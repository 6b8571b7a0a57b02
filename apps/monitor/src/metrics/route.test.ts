import { parseExposition } from '@skein/metrics/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createApp } from '../http/app.ts';
import { testMonitor } from '../testing/test-monitor.ts';
import { metricsRoute } from './route.ts';

function setUp(basePath = '') {
  const { monitor } = testMonitor(basePath);
  const app = createApp(monitor);
  onTestFinished(() => app.close());
  metricsRoute(app, monitor);
  return { monitor, get: (url: string, headers = {}) => app.inject({ method: 'GET', url, headers }) };
}

it('is announced as the text format, and is it', async () => {
  const { get } = setUp('/nats');
  const { statusCode, headers, body } = await get('/nats/metrics');
  expect([statusCode, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  expect(parseExposition(body).length).toBeGreaterThan(50);
});

it('asks for the token that the pages ask for', async () => {
  const { monitor, get } = setUp();
  monitor.configuration.skein.monitoring = { token: 's3cret', openHealthz: true };
  expect((await get('/metrics')).statusCode).toBe(401);
  expect((await get('/metrics', { authorization: 'Bearer s3cret' })).statusCode).toBe(200);
});
