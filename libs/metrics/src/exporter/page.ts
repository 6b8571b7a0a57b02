import type { Families } from '../family.ts';
import { type ExporterNames, metric } from './naming.ts';

/** Texts that the exporter shows as a label, with the value 1. */
const SHOWN_AS_LABEL = new Set(['server_id', 'server_name', 'version', 'domain', 'leader', 'name']);
/** Texts that are times: shown in milliseconds since 1970. */
const SHOWN_AS_TIME = new Set(['start', 'config_load_time']);
/** The user's own keys: they could make any name. */
const NOT_SHOWN = new Set(['metadata', 'feature_flags']);
/** The exporter leaves these out as well. */
const LEFT_OUT = new Set([
  'leaf',
  'trusted_operators_claim',
  'cluster_tls_timeout',
  'cluster_cluster_port',
  'cluster_auth_timeout',
  'gateway_port',
  'gateway_auth_timeout',
  'gateway_tls_timeout',
  'gateway_connect_retries',
]);

/**
 * The exporter's way with `/varz`, `/subsz` and `/routez`: every number on the page, however deep, is a metric named after
 * its path; a few texts are labels or times.
 */
export function addPage(families: Families, names: ExporterNames, page: string, body: object): void {
  addObject(families, names, page, '', body);
}

function addObject(families: Families, names: ExporterNames, page: string, path: string, object: object): void {
  const { serverId } = names;
  for (const [key, value] of Object.entries(object)) {
    const name = nameOf(path, key);
    if (name === '' || LEFT_OUT.has(name) || NOT_SHOWN.has(name)) continue;
    const full = `${page}_${name}`;
    if (typeof value === 'number') families.add(metric(names, full), { server_id: serverId }, value);
    else if (typeof value === 'string') {
      if (SHOWN_AS_TIME.has(key)) families.add(metric(names, full), { server_id: serverId }, Date.parse(value));
      else if (SHOWN_AS_LABEL.has(key)) {
        families.add(metric(names, full, { labels: ['value'] }), { server_id: serverId, value }, 1);
      }
    } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      addObject(families, names, page, name, value);
    }
  }
}

/** `http_req_stats` and `/varz` make `http_req_stats_varz`; the index page's `/` makes no name of its own. */
function nameOf(path: string, key: string): string {
  return `${path}_${key}`
    .replaceAll('/', '_')
    .replaceAll(/_{2,}/g, '_')
    .replaceAll(/^_|_$/g, '')
    .replaceAll(/[^a-zA-Z0-9_]/g, '_');
}
