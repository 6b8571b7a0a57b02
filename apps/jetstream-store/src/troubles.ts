import type { StreamTrouble } from '@skein/jetstream-core';
import type { Shards } from './shards.ts';

/** What of what is stored cannot be served, or is lost. */
export function* troubles({
  files,
  memory,
  space,
}: Pick<Shards, 'files' | 'memory' | 'space'>): Generator<StreamTrouble> {
  if (space.isShort) yield { account: '', stream: '', error: 'JetStream storage: the disk is nearly full' };
  for (const { fault, damage } of files) {
    const found = fault === undefined ? damage : [fault.message, ...damage];
    for (const what of found) yield { account: '', stream: '', error: `JetStream storage: ${what}` };
  }
  for (const shard of [memory, ...files]) {
    for (const { account, name, fault } of shard.streams.values()) {
      if (fault === undefined) continue;
      const error = `JetStream stream '${account} > ${name}' is out of service: ${fault.message}`;
      yield { account, stream: name, error };
    }
  }
}
