import { expect, it } from 'vitest';
import { refusalOf } from './access.ts';

const stranger = { authorization: undefined, certified: false, isProbe: false };
const bearer = (token: string) => ({ ...stranger, authorization: `Bearer ${token}` });
const token = { token: 's3cret', openHealthz: false };
const certificate = { clientCaFile: 'ca.pem', openHealthz: false };

it.each([
  ['nothing configured', undefined, stranger, undefined],
  ['neither token nor authority', { openHealthz: true }, stranger, undefined],
  ['no token', token, stranger, 401],
  ['the token', token, bearer('s3cret'), undefined],
  ['the token, the scheme in small letters', token, { ...stranger, authorization: 'bearer  s3cret ' }, undefined],
  ['another token', token, bearer('s3creT'), 401],
  ['a longer token', token, bearer('s3crets'), 401],
  ['another scheme', token, { ...stranger, authorization: 'Basic s3cret' }, 401],
  ['a certificate where only a token counts', token, { ...stranger, certified: true }, 401],
  ['a certificate', certificate, { ...stranger, certified: true }, undefined],
  ['no certificate', certificate, stranger, 403],
  ['either: a certificate', { ...token, ...certificate }, { ...stranger, certified: true }, undefined],
  ['either: the token', { ...token, ...certificate }, bearer('s3cret'), undefined],
  ['either: nothing', { ...token, ...certificate }, stranger, 401],
  ['a probe', token, { ...stranger, isProbe: true }, 401],
  ['a file that anybody may have', token, { ...stranger, isOpen: true }, undefined],
  ['a probe that may', { ...token, openHealthz: true }, { ...stranger, isProbe: true }, undefined],
])('%s', (_name, access, visitor, status) => {
  expect(refusalOf(access, visitor)?.status).toBe(status);
});

it('says in the header what would help', () => {
  expect(refusalOf(token, stranger)?.challenge).toBe('Bearer realm="monitoring"');
  expect(refusalOf(token, bearer('x'))?.challenge).toContain('error="invalid_token"');
});
