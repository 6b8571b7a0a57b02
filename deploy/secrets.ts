import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';

/** Makes each component's secret once: into its own volume, and into the router's, which checks them all. */

for (const component of ['router', 'gateway', 'auth-resolver', 'monitor', 'jetstream-store']) {
  if (existsSync(`/secrets/router/${component}`)) continue;
  const secret = randomBytes(32).toString('hex');
  if (component !== 'router') writeFileSync(`/secrets/${component}/${component}`, secret, { mode: 0o600 });
  writeFileSync(`/secrets/router/${component}`, secret, { mode: 0o600 });
}
