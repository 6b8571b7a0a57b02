import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { credentialsJson, defaultConnectOptions, parseConnectOptions } from './connect-options.ts';

const before = defaultConnectOptions();

describe('CONNECT says', () => {
  it.each([
    ['{}', {}],
    ['null', {}],
    ['{"verbose":false,"pedantic":false}', { verbose: false, pedantic: false }],
    ['{"VERBOSE":false,"Auth_Token":"t","eCHO":false}', { verbose: false, authToken: 't', echo: false }],
    ['{"user":null,"protocol":null}', {}],
    ['{"protocol":1,"no_responders":true,"headers":true}', { protocol: 1, noResponders: true, headers: true }],
    ['{"user":"u","pass":"p","jwt":"j","nkey":"n","sig":"s"}', { user: 'u', pass: 'p', jwt: 'j', nkey: 'n', sig: 's' }],
    ['{"name":"n","lang":"l","version":"v"}', { name: 'n', lang: 'l', version: 'v' }],
    ['{"account":"a","new_account":true}', { account: 'a', newAccount: true }],
    ['{"user":"a","USER":"b"}', { user: 'b' }],
    ['{"unheard":{"of":[1]},"tls_required":true}', {}],
    // What every object has is no field.
    ['{"constructor":1,"__proto__":{"user":"x"},"toString":2,"hasOwnProperty":3,"valueOf":"v"}', {}],
    ['{"authToken":"t","noResponders":true}', {}],
  ])('%s', (json, said) => {
    const options = parseConnectOptions(json, before);
    expect(options).toEqual({ ...before, ...said });
    expect(Object.getPrototypeOf(options)).toBe(Object.prototype);
  });

  it.each([
    '',
    '{',
    '[]',
    '[{"user":"u"}]',
    '1',
    '"user"',
    'true',
    '{"user":1}',
    '{"verbose":"true"}',
    '{"verbose":0}',
    '{"protocol":"1"}',
    '{"protocol":1.5}',
    '{"protocol":true}',
    '{"name":{}}',
    '{"jwt":[]}',
    '{"new_account":"yes"}',
    '{"verbose":false} x',
  ])('nothing that can be understood with %s', (json) => {
    expect(parseConnectOptions(json, before)).toBeUndefined();
  });

  it('what it says over what it said before', () => {
    const first = parseConnectOptions('{"user":"u","verbose":false}', before);
    expect(first && parseConnectOptions('{"name":"n"}', first)).toEqual({
      ...before,
      user: 'u',
      verbose: false,
      name: 'n',
    });
    expect(before).toEqual(defaultConnectOptions());
  });

  it('any JSON, without anything thrown and with fields of their types', () => {
    const types = Object.entries(defaultConnectOptions()).map(([name, value]) => [name, typeof value]);
    fc.assert(
      fc.property(fc.json(), (json) => {
        const options = parseConnectOptions(json, defaultConnectOptions());
        if (options === undefined) return;
        expect(Object.entries(options).map(([name, value]) => [name, typeof value])).toEqual(types);
      }),
    );
  });
});

it('credentials are handed on under the names that CONNECT has for them', () => {
  const said = { user: 'u', pass: 'p', auth_token: 't', jwt: 'j', nkey: 'n', sig: 's', protocol: 1 };
  const options = parseConnectOptions(JSON.stringify(said), before);
  expect(options && JSON.parse(credentialsJson(options))).toEqual({ ...said, name: '', lang: '', version: '' });
});
