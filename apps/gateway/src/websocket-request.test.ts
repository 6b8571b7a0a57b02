import { describe, expect, test } from 'vitest';
import { closeFrame } from './websocket-close.ts';
import { cookieCredentials } from './websocket-cookies.ts';
import { OriginRules } from './websocket-origin.ts';

// Each case is what nats-server answered.
describe('cookies', () => {
  const names = { jwtCookie: 'J', usernameCookie: 'U', passwordCookie: 'P', tokenCookie: 'T' };

  test.each([
    ['U=al; P=pw', { user: 'al', pass: 'pw' }],
    ['U=al; P=se%20cret', { user: 'al', pass: 'se%20cret' }],
    ['U="al"; P="pw"', { user: 'al', pass: 'pw' }],
    ['U=al; P=pw; U=zz', { user: 'zz', pass: 'pw' }],
    ['u=al; other=1; P=pw', { pass: 'pw' }],
    [' U = al ; P=pw', { user: ' al', pass: 'pw' }],
    ['T=abc==; J=e.y.z', { authToken: 'abc==', jwt: 'e.y.z' }],
    ['x=1', null],
    ['nonsense', null],
    [undefined, null],
  ])('%j', (header, expected) => {
    expect(cookieCredentials(header, names)).toEqual(expected);
  });

  test('none are looked for where none are configured', () => {
    expect(cookieCredentials('U=al; undefined=x', {})).toBeNull();
  });
});

describe('origins', () => {
  const port = '127.0.0.1:8080';

  test.each([
    [undefined, port, undefined],
    ['', port, undefined],
    ['http://127.0.0.1:8080', port, undefined],
    ['https://127.0.0.1:8080', port, 'not same origin'],
    ['http://127.0.0.1:1', port, 'not same origin'],
    ['http://127.0.0.1', port, 'not same origin'],
    ['http://127.0.0.1', '127.0.0.1', undefined],
    ['http://127.0.0.1:80', '127.0.0.1', undefined],
    ['https://127.0.0.1', '127.0.0.1', 'not same origin'],
    ['http://FOO', 'foo', undefined],
    ['http://[::1]:8080', '[::1]:8080', undefined],
    ['null', port, 'parse "null": invalid URI for request'],
    ['::bad', port, 'parse "::bad": missing protocol scheme'],
  ])('same origin: %s at %s', (origin, host, expected) => {
    expect(new OriginRules({ sameOrigin: true, allowedOrigins: [] }, false).refusal(origin, host)).toBe(expected);
  });

  test('same origin over TLS', () => {
    const rules = new OriginRules({ sameOrigin: true, allowedOrigins: [] }, true);
    expect(rules.refusal('https://a.org', 'a.org:443')).toBeUndefined();
    expect(rules.refusal('http://a.org', 'a.org')).toBe('not same origin');
  });

  test.each([
    ['http://example.com', undefined],
    ['http://EXAMPLE.com:80', undefined],
    ['https://example.com', 'not in the allowed list'],
    ['https://b.org', undefined],
    ['https://b.org:443', undefined],
    ['http://b.org', 'not in the allowed list'],
    ['https://b.org:8443', 'not in the allowed list'],
    ['http://c.org:8080', undefined],
    ['http://c.org:8080/path', undefined],
    ['http://c.org', 'not in the allowed list'],
    ['file://', 'not in the allowed list'],
    ['null', 'parse "null": invalid URI for request'],
    [undefined, undefined],
  ])('allowed origins: %s', (origin, expected) => {
    const allowedOrigins = ['http://Example.com:80', 'https://b.org', 'http://c.org:8080'];
    expect(new OriginRules({ sameOrigin: false, allowedOrigins }, false).refusal(origin, port)).toBe(expected);
  });

  test('both rules hold together', () => {
    const rules = new OriginRules({ sameOrigin: true, allowedOrigins: ['http://a.com'] }, false);
    expect(rules.refusal('http://a.com', 'a.com')).toBeUndefined();
    expect(rules.refusal('http://a.com', port)).toBe('not same origin');
    expect(rules.refusal(`http://${port}`, port)).toBe('not in the allowed list');
  });

  test('no rules', () => {
    expect(new OriginRules({ sameOrigin: false, allowedOrigins: [] }, false).refusal('null', port)).toBeUndefined();
  });
});

describe('close frames', () => {
  test.each([
    ['Authentication Failure', 1008],
    ['Authentication Timeout', 1008],
    ['Maximum Connections Exceeded', 1008],
    ['Maximum Control Line Exceeded', 1008],
    ['Maximum Message Payload Exceeded', 1009],
    ['Stale Connection', 1001],
    ['Server Shutdown', 1001],
    ['Bad Client Protocol Version', 1002],
    ['No Responders Requires Headers', 1011],
  ])('%s', (reason, code) => {
    expect(closeFrame(reason)).toEqual({ code, text: reason });
  });

  test('none for a stream that is broken', () => {
    expect(closeFrame('Protocol Violation')).toBeNull();
    expect(closeFrame(undefined)).toEqual({ code: 1000, text: '' });
  });
});
