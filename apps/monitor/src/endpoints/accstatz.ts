import type { Monitor } from '../monitor.ts';
import { isoTime, ok, type Page } from './endpoint.ts';

export function accstatz(monitor: Monitor): Page {
  return ok({ server_id: monitor.identity.serverId, now: isoTime(monitor.wallMs()), account_statz: [] });
}
