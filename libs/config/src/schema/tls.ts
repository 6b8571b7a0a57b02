import { parseDuration } from '../duration.ts';
import { ConfigError } from '../error.ts';
import { openFailure } from '../lang/parser.ts';
import type { Position, Value } from '../lang/value.ts';
import type { TlsOptions } from '../options.ts';
import { asArray, asMap, asString, asTimeout, failAt, type KeyReader, keys, Problems, readBlock } from './reader.ts';
import { showValue } from './show.ts';

export const TLS_TIMEOUT_DEFAULT_MS = 2000;
/** `handshake_first: auto` */
const AUTO_FALLBACK_MS = 50;

const CIPHERS = `
TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256
TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA
TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA`;

const INSECURE_CIPHERS = `
TLS_RSA_WITH_AES_128_CBC_SHA TLS_RSA_WITH_AES_256_CBC_SHA TLS_RSA_WITH_AES_128_CBC_SHA256
TLS_RSA_WITH_AES_128_GCM_SHA256 TLS_RSA_WITH_AES_256_GCM_SHA384 TLS_RSA_WITH_3DES_EDE_CBC_SHA TLS_RSA_WITH_RC4_128_SHA
TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA TLS_ECDHE_RSA_WITH_RC4_128_SHA
TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 TLS_ECDHE_ECDSA_WITH_RC4_128_SHA`;

const words = (text: string): Set<string> => new Set(text.trim().split(/\s+/));
const SECURE = words(CIPHERS);
const INSECURE = words(INSECURE_CIPHERS);
const CURVES = words('CurveP256 CurveP384 CurveP521 X25519 X25519MLKEM768 SecP256r1MLKEM768 SecP384r1MLKEM1024');

export type ReadFile = (path: string) => string;

interface TlsBlock extends TlsOptions {
  allowInsecureCiphers: boolean;
}

export function defaultTlsOptions(): TlsOptions {
  return {
    verify: false,
    verifyAndMap: false,
    timeoutMs: TLS_TIMEOUT_DEFAULT_MS,
    ciphers: [],
    curvePreferences: [],
    handshakeFirst: false,
    allowNonTls: false,
    insecure: false,
    pinnedCerts: [],
    connectionRateLimit: 0,
  };
}

/** A `tls` block. Its first fault ends it, as in nats-server. */
export function readTls(value: Value, readFile: ReadFile): TlsOptions {
  const block: TlsBlock = { ...defaultTlsOptions(), allowInsecureCiphers: false };
  const problems = new Problems();
  readBlock(asMap(value), TLS_KEYS, block, problems, (key) => `error parsing tls config, unknown field "${key}"`);
  if (problems.errors.length > 0) throw new ConfigError(problems.errors[0]);
  const { allowInsecureCiphers, ...tls } = block;
  const insecure = tls.ciphers.filter((cipher) => INSECURE.has(cipher));
  if (insecure.length > 0 && !allowInsecureCiphers) {
    failAt(
      value.at,
      `insecure cipher suites configured without 'allow_insecure_cipher_suites' option set: ${insecure.join(', ')}`,
    );
  }
  checkFiles(value.at, tls, readFile);
  return tls;
}

function checkFiles(at: Position, tls: TlsOptions, readFile: ReadFile): void {
  if (tls.certFile !== undefined && tls.keyFile === undefined) failAt(at, "missing 'key_file' in TLS configuration");
  if (tls.certFile === undefined && tls.keyFile !== undefined) failAt(at, "missing 'cert_file' in TLS configuration");
  try {
    checkTlsFiles(tls, readFile);
  } catch (error) {
    failAt(at, (error as Error).message);
  }
}

/** Reads the files that TLS needs; throws ConfigError with nats-server's text for one that can't be used. */
export function checkTlsFiles(tls: Pick<TlsOptions, 'certFile' | 'keyFile' | 'caFile'>, readFile: ReadFile): void {
  if (tls.certFile !== undefined && tls.keyFile !== undefined) {
    const pair = 'error parsing X509 certificate/key pair: ';
    const cert = readPem(tls.certFile, readFile, pair);
    const key = readPem(tls.keyFile, readFile, pair);
    if (!cert.includes('-----BEGIN CERTIFICATE-----')) {
      const switched = cert.includes('PRIVATE KEY-----');
      const found = switched
        ? 'failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
        : 'failed to find any PEM data in certificate input';
      throw new ConfigError(`${pair}tls: ${found}`);
    }
    if (!key.includes('PRIVATE KEY-----')) {
      throw new ConfigError(`${pair}tls: failed to find any PEM data in key input`);
    }
  }
  if (tls.caFile === undefined) return;
  if (!readPem(tls.caFile, readFile, '').includes('-----BEGIN CERTIFICATE-----')) {
    throw new ConfigError('failed to parse root ca certificate');
  }
}

function readPem(path: string, readFile: ReadFile, context: string): string {
  try {
    return readFile(path);
  } catch (error) {
    throw new ConfigError(context + openFailure(error, path));
  }
}

type Flag = 'verify' | 'insecure' | 'verifyAndMap' | 'allowInsecureCiphers';

const boolean =
  (field: Flag): KeyReader<TlsBlock> =>
  (value, tls, key) => {
    if (value.type !== 'bool') failAt(value.at, `error parsing tls config, expected '${key}' to be a boolean`);
    else tls[field] = value.value;
  };

const fileName =
  (field: 'certFile' | 'keyFile' | 'caFile'): KeyReader<TlsBlock> =>
  (value, tls, key) => {
    if (value.type !== 'string') failAt(value.at, `error parsing tls config, expected '${key}' to be filename`);
    else tls[field] = value.value || undefined;
  };

const unsupported: KeyReader<TlsBlock> = (value, _tls, key) => failAt(value.at, `"${key}" is not supported yet`);

const TLS_KEYS = keys<TlsBlock>({
  cert_file: fileName('certFile'),
  key_file: fileName('keyFile'),
  ca_file: fileName('caFile'),
  verify: boolean('verify'),
  insecure: boolean('insecure'),
  allow_insecure_cipher_suites: boolean('allowInsecureCiphers'),
  verify_and_map: (value, tls, key, problems) => {
    boolean('verifyAndMap')(value, tls, key, problems);
    tls.verify ||= tls.verifyAndMap;
  },
  verify_cert_and_check_known_urls: (value, _tls, key) => {
    if (value.type !== 'bool') failAt(value.at, `error parsing tls config, expected '${key}' to be a boolean`);
    if (value.value) failAt(value.at, `${key} not supported in this context`);
  },
  timeout: (value, tls) => {
    tls.timeoutMs = asTimeout(value, "error parsing tls config, 'timeout'") || TLS_TIMEOUT_DEFAULT_MS;
  },
  connection_rate_limit: (value, tls, key) => {
    if (value.type !== 'int64') failAt(value.at, `error parsing tls config, '${key}' wrong type`);
    else tls.connectionRateLimit = Number(value.value);
  },
  cipher_suites: (value, tls, key) => {
    tls.ciphers = readNames(value, key, (name) => SECURE.has(name) || INSECURE.has(name), 'cipher');
  },
  curve_preferences: (value, tls, key) => {
    tls.curvePreferences = readNames(value, key, (name) => CURVES.has(name), 'curve preference');
  },
  min_version: (value, tls) => {
    tls.minVersion = readVersion(value);
  },
  'handshake_first first immediate': (value, tls, key) => {
    tls.handshakeFirst = readHandshakeFirst(value, key);
  },
  pinned_certs: (value, tls) => {
    tls.pinnedCerts = readPins(value);
  },
  'certs certificates ocsp_peer cert_store cert_match_by cert_match cert_match_skip_invalid ca_certs_match':
    unsupported,
});

function readNames(value: Value, key: string, known: (name: string) => boolean, what: string): string[] {
  const items = asArray(value);
  if (items.length === 0) failAt(value.at, `error parsing tls config, '${key}' cannot be empty`);
  return items.map((item) => {
    const name = asString(item);
    return known(name) ? name : failAt(item.at, `unrecognized ${what} ${name}`);
  });
}

function readVersion(value: Value): '1.2' | '1.3' {
  const context = 'error parsing tls config:';
  if (value.type !== 'string') return failAt(value.at, `${context} 'min_version' wrong type: ${showValue(value)}`);
  if (value.value === '1.2' || value.value === '1.3') return value.value;
  const known = value.value === '1.0' || value.value === '1.1';
  return failAt(
    value.at,
    known ? `${context} unsupported TLS version: TLS ${value.value}` : `${context} unknown version: ${value.value}`,
  );
}

function readHandshakeFirst(value: Value, key: string): TlsOptions['handshakeFirst'] {
  if (value.type === 'bool') return value.value;
  if (value.type !== 'string') {
    return failAt(value.at, `field "${key}" should be a boolean or a string, got ${value.type}`);
  }
  const word = value.value.toLowerCase();
  if (['true', 'on'].includes(word)) return true;
  if (['false', 'off'].includes(word)) return false;
  if (['auto', 'auto_fallback'].includes(word)) return { fallbackMs: AUTO_FALLBACK_MS };
  try {
    return { fallbackMs: Math.max(0, parseDuration(value.value)) };
  } catch {
    return failAt(value.at, `field "${key}"'s value "${value.value}" is invalid`);
  }
}

function readPins(value: Value): string[] {
  const form = 'hex-encoded sha256 of DER encoded SubjectPublicKeyInfo';
  if (value.type !== '[]interface {}') {
    return failAt(value.at, `error parsing tls config, expected 'pinned_certs' to be a list of ${form}`);
  }
  return value.value.map((item) => {
    const pin = asString(item).toLowerCase();
    if (/^[0-9a-f]{64}$/.test(pin)) return pin;
    return failAt(item.at, `error parsing tls config, 'pinned_certs' key ${pin} does not look like ${form}`);
  });
}
