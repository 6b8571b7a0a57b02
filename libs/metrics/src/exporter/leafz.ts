import type { Families } from '../family.ts';
import { type ExporterNames, metric } from './naming.ts';

export function addLeafNodes(families: Families, names: ExporterNames, page: { leafnodes: number }): void {
  const definition = metric(names, 'leafz_conn_nodes_total', { help: 'nodes_total' });
  families.add(definition, { server_id: names.serverId }, page.leafnodes);
}
