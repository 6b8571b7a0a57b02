import { join } from 'node:path';

const folder = join(import.meta.dirname, 'fixtures/tls');

/** Absolute paths of a test CA and of certificates that it signed (server: localhost and 127.0.0.1), valid for 100 years; all in one folder. */
export const fixtures = {
  folder,
  ca: join(folder, 'ca.pem'),
  serverCert: join(folder, 'server.pem'),
  serverKey: join(folder, 'server-key.pem'),
  clientCert: join(folder, 'client.pem'),
  clientKey: join(folder, 'client-key.pem'),
};
