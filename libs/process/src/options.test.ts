import { expect, it } from 'vitest';
import { socketAddress } from './address.ts';
import { parseProcessOptions } from './options.ts';

it('reads what the supervisor passes', () => {
  const flags = ['--run-dir', '/run/x', '--secret-file', '/run/x/secrets/router', '--secret-dir', '/run/x/secrets'];
  expect(parseProcessOptions('router', [...flags, '--instance', '3'])).toEqual({
    runDir: '/run/x',
    secretFile: '/run/x/secrets/router',
    secretDir: '/run/x/secrets',
    instance: 3,
    sampleHeap: false,
  });
  expect(parseProcessOptions('router', [...flags, '--sample-heap']).sampleHeap).toBe(true);
});

it.each([
  [[], '--run-dir is required'],
  [['--run-dir', '/x', '--instance', 'one'], '--instance: not a number: one'],
  [['--run-dir', '/x', '--bogus'], "Unknown option '--bogus'"],
  [['--run-dir', '/x', '--metrics_port', '70000'], '--metrics_port: not a port, or an address with a port: 70000'],
  [['--run-dir', '/x', '--metrics_port', 'host:'], '--metrics_port: not a port, or an address with a port: host:'],
])('refuses %j', (flags, text) => {
  expect(() => parseProcessOptions('gateway', flags)).toThrow(text);
});

it('gives copies that cannot be told apart numbers of their own, and finds them again', () => {
  const flags = ['--run-dir', '/x', '--instance', 'auto'];
  const { instance } = parseProcessOptions('test', flags);
  expect(instance).toBeGreaterThanOrEqual(1000);
  expect(parseProcessOptions('test', flags, true).instance).toBe(instance);
});

it('names sockets by component and instance; there is one router', () => {
  expect(socketAddress('/x', 'gateway', 2)).toBe('/x/gateway-2.sock');
  expect(socketAddress('/x', 'router', 0)).toBe('/x/router.sock');
});

it.each([
  ['9100', { host: '127.0.0.1', port: 9100 }],
  ['0.0.0.0:9100', { host: '0.0.0.0', port: 9100 }],
  ['[::1]:9100', { host: '::1', port: 9100 }],
])('serves metrics on %s', (text, metrics) => {
  expect(parseProcessOptions('router', ['--run-dir', '/x', '--metrics_port', text]).metrics).toEqual(metrics);
});
