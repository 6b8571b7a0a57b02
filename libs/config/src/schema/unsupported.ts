import { asBoolean, failAt, type KeyReader } from './reader.ts';
import type { Draft } from './server.ts';

/**
 * nats-server's keys whose features Skein does not have yet. A configuration that relies on one does not start; only a
 * listener that nobody may need is left out with a warning. What switches such a feature off is accepted.
 */
const refused: KeyReader<Draft> = (value, _draft, key) => failAt(value.at, `"${key}" is not supported yet`);

const refusedWhenOn: KeyReader<Draft> = (value, draft, key, problems) => {
  if (value.type === 'bool' && !asBoolean(value)) return;
  refused(value, draft, key, problems);
};

const ignored: KeyReader<Draft> = (_value, draft, key) => {
  draft.options.warnings.push(`"${key}" is not supported yet and has no effect`);
};

/** `outgoing` is the key of the block that makes connections rather than accepts them. */
const listener =
  (expected: string, outgoing?: string): KeyReader<Draft> =>
  (value, draft, key) => {
    if (value.type !== 'map[string]interface {}') return failAt(value.at, `${expected}, got ${value.type}`);
    for (const [name, entry] of value.value) {
      if (name.toLowerCase() === outgoing) failAt(entry.at, `"${name}" of "${key}" is not supported yet`);
    }
    draft.options.warnings.push(`"${key}" is not supported yet: its listener is not started`);
  };

export const LATER_KEYS: Record<string, KeyReader<Draft>> = {
  proxies: refused,
  'ocsp ocsp_cache proxy_protocol': refusedWhenOn,
  feature_flags: ignored,
  cluster: listener('Expected map to define cluster', 'routes'),
  gateway: listener('Expected gateway to be a map', 'gateways'),
  'leafnodes leaf': listener('Expected map to define a leafnode', 'remotes'),
  mqtt: listener('Expected mqtt to be a map'),
};
