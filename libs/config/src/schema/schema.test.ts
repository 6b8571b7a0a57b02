import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfig, testConfig } from '../load.ts';
import { outcome, testIo } from '../testdata/io.ts';

/** Recorded from nats-server 2.15.2. */
interface Recorded {
  text: string;
  /** The answer of `-t`, or VALID. */
  test: string;
  /** The answer of a start, or RUN; absent where it depends on the machine. */
  start?: string;
  warnings?: string[];
}

const recorded: Recorded[] = JSON.parse(readFileSync(new URL('../testdata/schema.json', import.meta.url), 'utf8'));

describe('keys mean what they mean to nats-server', () => {
  it.each(recorded)('$text', ({ text, test, start, warnings }) => {
    const io = testIo({ 'f.conf': text });
    const tested = outcome(() => {
      testConfig('f.conf', io);
      return 'VALID';
    });
    expect(tested, '-t').toBe(test);
    if (start === undefined) return;
    const started = outcome(() => loadConfig('f.conf', io).warnings);
    expect(started, 'start').toEqual(start === 'RUN' ? (warnings ?? []) : start);
  });
});

describe('several faults', () => {
  it('are all reported, in the order of the text, misuses before errors', () => {
    const text = 'foo: 1\nport: x\nwebsocket {bar: 1, port: y}\nping_interval: 5\n';
    expect(outcome(() => loadConfig('f.conf', testIo({ 'f.conf': text })))).toBe(
      [
        'f.conf:4:1: invalid use of field "ping_interval": ping_interval should be converted to a duration',
        'f.conf:1:0: unknown field "foo"',
        'f.conf:2:1: interface conversion: interface {} is string, not int64',
        'f.conf:3:12: unknown field "bar"',
        'f.conf:3:20: interface conversion: interface {} is string, not int64',
        '',
      ].join('\n'),
    );
  });
});

describe('what is not there yet', () => {
  it.each(['proxies'])('%s is an error that names it', (key) => {
    const text = `debug: true\n${key}: {a: b}\n`;
    expect(outcome(() => loadConfig('f.conf', testIo({ 'f.conf': text })))).toBe(
      `f.conf:2:1: "${key}" is not supported yet\n`,
    );
  });

  it.each([
    ['ocsp: true', 'f.conf:1:0: "ocsp" is not supported yet\n'],
    ['ocsp_cache: true', 'f.conf:1:0: "ocsp_cache" is not supported yet\n'],
    ['proxy_protocol: true', 'f.conf:1:0: "proxy_protocol" is not supported yet\n'],
    ['cluster {routes: [nats://x:1]}', 'f.conf:1:9: "routes" of "cluster" is not supported yet\n'],
    ['gateway {gateways: []}', 'f.conf:1:9: "gateways" of "gateway" is not supported yet\n'],
    ['leafnodes {remotes: []}', 'f.conf:1:11: "remotes" of "leafnodes" is not supported yet\n'],
    ['leafnodes: 5', 'f.conf:1:0: Expected map to define a leafnode, got int64\n'],
    ['authorization {auth_callout {}}', 'f.conf:1:15: Authorization callouts require an issuer to be specified\n'],
    ['authorization {proxy_required: true}', 'f.conf:1:15: "proxy_required" is not supported yet\n'],
    ['tls {certs: []}', 'f.conf:1:5: "certs" is not supported yet\n'],
    ['tls {ocsp_peer: true}', 'f.conf:1:5: "ocsp_peer" is not supported yet\n'],
  ])('%s', (text, error) => {
    expect(outcome(() => loadConfig('f.conf', testIo({ 'f.conf': text })))).toBe(error);
  });

  it.each([
    ['leafnodes {port: 7422}', '"leafnodes" is not supported yet: its listener is not started'],
    ['mqtt {port: 1883}', '"mqtt" is not supported yet: its listener is not started'],
    ['cluster {port: 6222}', '"cluster" is not supported yet: its listener is not started'],
    ['gateway {port: 7222}', '"gateway" is not supported yet: its listener is not started'],
  ])('%s is a warning', (text, warning) => {
    expect(outcome(() => loadConfig('f.conf', testIo({ 'f.conf': text })).warnings)).toEqual([warning]);
  });

  it.each(['jetstream: false', 'jetstream: disabled', 'jetstream {enabled: false}', 'ocsp: false'])(
    '%s asks for nothing',
    (text) => {
      expect(outcome(() => loadConfig('f.conf', testIo({ 'f.conf': text })).warnings)).toEqual([]);
    },
  );
});
