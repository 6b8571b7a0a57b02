import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCiphers } from 'node:tls';
import type { TlsOptions } from '@skein/config';
import { fixtures } from '@skein/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { opensslCiphers, opensslCurves } from './tls-names.ts';
import { tlsSettings } from './tls-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'skein-test-'));
const rubbish = join(folder, 'rubbish.pem');
writeFileSync(rubbish, 'no certificate');
afterAll(() => rmSync(folder, { recursive: true }));

const options: TlsOptions = {
  certFile: fixtures.serverCert,
  keyFile: fixtures.serverKey,
  caFile: fixtures.ca,
  verify: false,
  verifyAndMap: false,
  timeoutMs: 2000,
  ciphers: [],
  curvePreferences: [],
  handshakeFirst: false,
  allowNonTls: false,
  insecure: false,
  pinnedCerts: [],
  connectionRateLimit: 0,
};

describe('settings', () => {
  test('TLS 1.2 is the least', () => {
    expect(tlsSettings(options).contextOptions.minVersion).toBe('TLSv1.2');
    expect(tlsSettings({ ...options, minVersion: '1.3' }).contextOptions.minVersion).toBe('TLSv1.3');
  });

  test('mapping users by their certificate needs one', () => {
    expect(tlsSettings({ ...options, verifyAndMap: true }).verify).toBe(true);
  });

  test('every curve that can be configured is one that the runtime has', () => {
    const curvePreferences = ['CurveP256', 'CurveP384', 'CurveP521', 'X25519', 'X25519MLKEM768'];
    expect(() => tlsSettings({ ...options, curvePreferences })).not.toThrow();
    expect(() =>
      tlsSettings({ ...options, curvePreferences: ['SecP256r1MLKEM768', 'SecP384r1MLKEM1024'] }),
    ).not.toThrow();
  });

  test.each<[string, Partial<TlsOptions>, string]>([
    [
      'a missing certificate',
      { certFile: '/nowhere/cert.pem' },
      'error parsing X509 certificate/key pair: open /nowhere/cert.pem: no such file or directory',
    ],
    [
      'a missing key',
      { keyFile: '/nowhere/key.pem' },
      'error parsing X509 certificate/key pair: open /nowhere/key.pem: no such file or directory',
    ],
    ['a missing CA', { caFile: '/nowhere/ca.pem' }, 'open /nowhere/ca.pem: no such file or directory'],
    [
      "another certificate's key",
      { keyFile: fixtures.clientKey },
      'error parsing X509 certificate/key pair: tls: private key does not match public key',
    ],
    [
      'a certificate that is none',
      { certFile: rubbish },
      'error parsing X509 certificate/key pair: tls: failed to find any PEM data in certificate input',
    ],
    ['a CA that is none', { caFile: rubbish }, 'failed to parse root ca certificate'],
    [
      'a cipher that the runtime has not',
      { ciphers: ['TLS_RSA_WITH_RC4_128_SHA'] },
      'cipher suite TLS_RSA_WITH_RC4_128_SHA is not supported by this server',
    ],
    [
      'a curve that nobody has',
      { curvePreferences: ['CurveP1'] },
      'curve preference CurveP1 is not supported by this server',
    ],
  ])('%s is said', (_, changes, message) => {
    expect(() => tlsSettings({ ...options, ...changes })).toThrow(new Error(message));
  });
});

describe('names', () => {
  test("every cipher has a name that is OpenSSL's", () => {
    const known = new Set(getCiphers().map((name) => name.toUpperCase()));
    const configurable = [
      'TLS_RSA_WITH_AES_128_CBC_SHA',
      'TLS_RSA_WITH_AES_256_CBC_SHA',
      'TLS_RSA_WITH_AES_128_CBC_SHA256',
      'TLS_RSA_WITH_AES_128_GCM_SHA256',
      'TLS_RSA_WITH_AES_256_GCM_SHA384',
      'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256',
      'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
    ];
    const names = [...opensslCiphers([]).split(':'), ...opensslCiphers(configurable).split(':')];
    expect(names.filter((name) => !known.has(name.toUpperCase()))).toEqual([]);
  });

  test('those of TLS 1.3 are on whatever is configured, and not twice', () => {
    expect(opensslCiphers(['TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA', 'TLS_AES_256_GCM_SHA384'])).toBe(
      'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-RSA-AES256-SHA',
    );
  });

  test('curves in the configured order', () => {
    expect(opensslCurves(['CurveP384', 'X25519'])).toBe('P-384:X25519');
    expect(opensslCurves([])).toBeUndefined();
  });
});
