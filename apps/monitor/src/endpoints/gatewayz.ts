import type { Monitor } from '../monitor.ts';
import { isoTime, ok, type Page } from './endpoint.ts';

/** Links between clusters, not the processes of that name. */
export function gatewayz(monitor: Monitor): Page {
  return ok({
    server_id: monitor.identity.serverId,
    now: isoTime(monitor.wallMs()),
    outbound_gateways: {},
    inbound_gateways: {},
  });
}
