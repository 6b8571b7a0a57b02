import type { Monitor } from '../monitor.ts';
import { isoTime, ok, type Page } from './endpoint.ts';

/** JetStream is not enabled. */
export function jsz(monitor: Monitor): Page {
  return ok({
    memory: 0,
    storage: 0,
    reserved_memory: 0,
    reserved_storage: 0,
    accounts: 0,
    ha_assets: 0,
    api: { level: 0, total: 0, errors: 0 },
    server_id: monitor.identity.serverId,
    now: isoTime(monitor.wallMs()),
    disabled: true,
    config: { max_memory: 0, max_storage: 0 },
    streams: 0,
    consumers: 0,
    messages: 0,
    bytes: 0,
    total: 0,
  });
}
