import type { Definition, MetricType } from '../family.ts';

/** How the exporter's metrics are called here. */
export interface ExporterNames {
  /** In front of every name. Default: `gnatsd` and, for JetStream, `jetstream`. */
  prefix?: string;
  /** Value of the label `server_id`. */
  serverId: string;
}

/** A metric under the name that the exporter gives it, with its prefix. */
export function metric<Label extends string = never>(
  names: ExporterNames,
  name: string,
  options: { help?: string; type?: MetricType; labels?: readonly Label[]; jetstream?: boolean } = {},
): Definition<Label | 'server_id'> {
  const { help = name.slice(name.indexOf('_') + 1), type = 'gauge', labels = [], jetstream = false } = options;
  const prefix = names.prefix ?? (jetstream ? 'jetstream' : 'gnatsd');
  return { name: `${prefix}_${name}`, type, help, labels: ['server_id', ...labels] };
}
