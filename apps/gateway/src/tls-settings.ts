import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsOptions } from '@skein/config';
import { opensslCiphers, opensslCurves } from './tls-names.ts';

/** A `tls` block, ready for use. */
export interface TlsSettings {
  /** For servers that make their own context (https). */
  readonly contextOptions: SecureContextOptions;
  readonly context: SecureContext;
  /** Clients must show a certificate that the CA signed. */
  readonly verify: boolean;
  readonly timeoutMs: number;
  readonly handshakeFirst: TlsOptions['handshakeFirst'];
  readonly allowNonTls: boolean;
  /** Lower-case hexadecimal SHA-256 of public keys; empty accepts all. */
  readonly pinnedCerts: ReadonlySet<string>;
  /** Connections per second; 0 is unlimited. */
  readonly connectionRateLimit: number;
}

/** Reads the files of a `tls` block. Throws an Error with nats-server's text for what can't be used. */
export function tlsSettings(tls: TlsOptions): TlsSettings {
  const contextOptions: SecureContextOptions & { ca?: Buffer } = {
    minVersion: tls.minVersion === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
    ciphers: opensslCiphers(tls.ciphers),
    honorCipherOrder: true,
    // Separates this server's sessions from others': without it, clients with certificates can't resume.
    sessionIdContext: 'skein',
  };
  const curves = opensslCurves(tls.curvePreferences);
  if (curves !== undefined) contextOptions.ecdhCurve = curves;
  if (tls.certFile !== undefined && tls.keyFile !== undefined) {
    contextOptions.cert = readPem(tls.certFile, PAIR);
    contextOptions.key = readPem(tls.keyFile, PAIR);
  }
  if (tls.caFile !== undefined) contextOptions.ca = readPem(tls.caFile, '');
  const verify = tls.verify || tls.verifyAndMap;
  const context = createContext(contextOptions);
  // OpenSSL would send it along with the certificate, and clients that don't know it say so in other words.
  if (!verify) delete contextOptions.ca;
  return {
    contextOptions,
    context: verify ? context : createSecureContext(contextOptions),
    verify,
    timeoutMs: tls.timeoutMs,
    handshakeFirst: tls.handshakeFirst,
    allowNonTls: tls.allowNonTls,
    pinnedCerts: new Set(tls.pinnedCerts),
    connectionRateLimit: tls.connectionRateLimit,
  };
}

const BAD_CA = 'failed to parse root ca certificate';
const PAIR = 'error parsing X509 certificate/key pair: ';

function readPem(path: string, context: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'no such file or directory' : code === 'EACCES' ? 'permission denied' : message;
    throw new Error(`${context}open ${path}: ${why}`);
  }
}

function createContext(options: SecureContextOptions & { ca?: Buffer }): SecureContext {
  // One after the other, so that a failure says which of the files is at fault.
  const { ca, cert, key, ...rest } = options;
  // Node takes a file without any certificate in silence.
  if (ca !== undefined && !ca.includes('-----BEGIN CERTIFICATE-----')) throw new Error(BAD_CA);
  try {
    createSecureContext({ ca });
  } catch {
    throw new Error(BAD_CA);
  }
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const { reason, message } = error as Error & { reason?: string };
    throw new Error(`${PAIR}tls: ${PAIR_FAILURES[reason ?? ''] ?? message}`);
  }
  return createSecureContext({ ca, cert, key, ...rest });
}

const PAIR_FAILURES: Readonly<Record<string, string>> = {
  'key values mismatch': 'private key does not match public key',
  'no start line': 'failed to find any PEM data in certificate input',
};
