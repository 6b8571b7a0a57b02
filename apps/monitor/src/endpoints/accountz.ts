import type { Monitor } from '../monitor.ts';
import { isoTime, ok, type Page } from './endpoint.ts';

export function accountz(monitor: Monitor): Page {
  const systemAccount = monitor.configuration.systemAccount ?? '$SYS';
  return ok({
    server_id: monitor.identity.serverId,
    now: isoTime(monitor.wallMs()),
    system_account: systemAccount,
    accounts: ['$G', systemAccount],
  });
}
