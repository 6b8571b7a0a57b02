import type { GatewayLife } from './gateway-life.ts';

/** In what each gateway's idea of the others' interest differs from what they want; all must be quiet. */
export function replicaFaults(lives: readonly GatewayLife[]): string[] {
  const faults: string[] = [];
  for (const holder of lives) {
    const remote = holder.node.gateway.account('$G').remoteEntries;
    const ids = new Set(lives.map((life) => life.node.member.id));
    for (const id of remote.keys())
      if (!ids.has(id)) faults.push(`${holder.name} keeps interest of process ${id}, which is gone`);
    for (const declarer of lives) {
      if (declarer === holder) continue;
      const known = remote.get(declarer.node.member.id);
      const wanted = weights(declarer);
      for (const [pattern, weight] of wanted) {
        const seen = known?.get(pattern)?.weight ?? 0;
        if (seen !== weight)
          faults.push(`${holder.name} takes ${declarer.name} to want ${pattern} ${seen} times, not ${weight}`);
      }
      for (const pattern of known?.keys() ?? []) {
        if (!wanted.has(pattern))
          faults.push(`${holder.name} takes ${declarer.name} to want ${pattern}, which it does not`);
      }
    }
  }
  return faults;
}

/** Counted from the connections themselves. */
function weights(life: GatewayLife): Map<string, number> {
  const wanted = new Map<string, number>();
  for (const connection of life.node.gateway.connections.values()) {
    for (const { subject, queue } of connection.subscriptions.values()) {
      const key = queue === '' ? subject : `${subject} ${queue}`;
      wanted.set(key, (wanted.get(key) ?? 0) + 1);
    }
  }
  return wanted;
}
