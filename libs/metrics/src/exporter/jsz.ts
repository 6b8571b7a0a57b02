import type { Families } from '../family.ts';
import { type ExporterNames, metric } from './naming.ts';

/** The part of `/jsz` that is about the server. */
export interface JetStreamPage {
  disabled?: boolean;
  config: { max_memory: number; max_storage: number; domain?: string };
  streams: number;
  consumers: number;
  messages: number;
  bytes: number;
  meta_cluster?: { name?: string; leader?: string };
}

export const jetStreamLabels = ['server_name', 'cluster', 'domain', 'meta_leader', 'is_meta_leader'] as const;

export function addJetStream(families: Families, names: ExporterNames, serverName: string, page: JetStreamPage): void {
  const { config } = page;
  const values = serverLabels(names, serverName, page);
  const add = (name: string, help: string, value: number): void =>
    families.add(metric(names, `server_${name}`, { help, labels: jetStreamLabels, jetstream: true }), values, value);
  add('jetstream_disabled', 'JetStream disabled or not', Number(page.disabled ?? false));
  add('max_memory', 'JetStream Max Memory', config.max_memory);
  add('max_storage', 'JetStream Max Storage', config.max_storage);
  add('total_streams', 'Total number of streams in JetStream', page.streams);
  add('total_consumers', 'Total number of consumers in JetStream', page.consumers);
  add('total_messages', 'Total number of stored messages in JetStream', page.messages);
  add('total_message_bytes', 'Total number of bytes stored in JetStream', page.bytes);
}

/** What all metrics of JetStream say of the server. */
export const serverLabels = (
  names: ExporterNames,
  serverName: string,
  { config, meta_cluster: meta }: Pick<JetStreamPage, 'config' | 'meta_cluster'>,
) => ({
  server_id: names.serverId,
  server_name: serverName,
  cluster: meta?.name ?? '',
  domain: config.domain ?? '',
  meta_leader: meta?.leader ?? '',
  // Who has nobody to follow leads.
  is_meta_leader: String(meta === undefined || meta.leader === serverName),
});
