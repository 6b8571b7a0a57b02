import { defaultOptions } from '@skein/config';
import { expect, it } from 'vitest';
import { portUrls } from './ports-file.ts';

const addresses = ['127.0.0.1', '::1', '10.0.0.2'];

it('lists one URL for a listener on one address', () => {
  const options = { ...defaultOptions(), host: '127.0.0.1', port: 4222 };
  expect(portUrls(options, addresses)).toEqual({ nats: ['nats://127.0.0.1:4222'] });
});

it('lists every address for a listener on all', () => {
  const options = { ...defaultOptions(), host: '127.0.0.1', port: 4222 };
  options.monitoring = { ...options.monitoring, host: '127.0.0.1', port: 8222 };
  options.websocket = { host: '0.0.0.0', port: 80, noTls: true } as typeof options.websocket;
  expect(portUrls(options, addresses)).toEqual({
    nats: ['nats://127.0.0.1:4222'],
    monitoring: ['http://127.0.0.1:8222'],
    websocket: ['ws://127.0.0.1:80', 'ws://[::1]:80', 'ws://10.0.0.2:80'],
  });
});
