import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { MonitorConfiguration } from '../configuration.ts';

/** Reads the certificates that HTTPS is served with. Throws when they cannot be used. */
export function tlsContext({ tls, skein }: MonitorConfiguration): SecureContextOptions {
  if (tls?.certFile === undefined || tls.keyFile === undefined) {
    throw new Error('monitoring over TLS needs a tls block');
  }
  const caFile = skein.monitoring?.clientCaFile;
  const options: SecureContextOptions = {
    cert: readFileSync(tls.certFile),
    key: readFileSync(tls.keyFile),
    ...(caFile !== undefined && { ca: readFileSync(caFile) }),
    minVersion: tls.minVersion === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
  };
  createSecureContext(options);
  return options;
}
