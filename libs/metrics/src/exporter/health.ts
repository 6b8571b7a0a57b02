import type { Families } from '../family.ts';
import { type ExporterNames, metric } from './naming.ts';

/** What is asked of `/healthz`, by the name that the exporter has for it. */
export type HealthQuestion = 'healthz' | 'healthz_js_enabled_only' | 'healthz_js_server_only';

/** `status`: `/healthz`'s. The exporter's number is 0 when all is well, the one with the text 1. */
export function addHealth(families: Families, names: ExporterNames, question: HealthQuestion, status: string): void {
  const ok = status === 'ok';
  const { serverId } = names;
  families.add(metric(names, `${question}_status`, { help: 'status' }), { server_id: serverId }, ok ? 0 : 1);
  families.add(
    metric(names, `${question}_status_value`, { help: 'status', labels: ['value'] }),
    { server_id: serverId, value: status },
    ok ? 1 : 0,
  );
}
