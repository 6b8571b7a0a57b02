import type { Monitor } from '../monitor.ts';
import { isoTime, ok, type Page } from './endpoint.ts';

export function leafz(monitor: Monitor): Page {
  return ok({ server_id: monitor.identity.serverId, now: isoTime(monitor.wallMs()), leafnodes: 0, leafs: [] });
}
