import type { Monitor } from '../monitor.ts';
import { isoTime, ok, type Page } from './endpoint.ts';

export function routez(monitor: Monitor): Page {
  const { serverId, serverName } = monitor.identity;
  return ok({
    server_id: serverId,
    server_name: serverName,
    now: isoTime(monitor.wallMs()),
    num_routes: 0,
    routes: [],
  });
}
