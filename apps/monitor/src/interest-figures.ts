import type { InterestFigures } from '@skein/bus/questions';

/** Those of all gateways in nats-server's fields and order. */
export function sublistStats(all: readonly InterestFigures[]) {
  const sum = (name: keyof InterestFigures): number => all.reduce((total, one) => total + one[name], 0);
  const lookups = sum('lookups');
  const cached = sum('cached');
  return {
    num_subscriptions: sum('subscriptions'),
    num_cache: cached,
    num_inserts: sum('inserts'),
    num_removes: sum('removes'),
    num_matches: lookups,
    cache_hit_rate: lookups === 0 ? 0 : 1 - sum('misses') / lookups,
    max_fanout: Math.max(0, ...all.map((one) => one.fanoutMax)),
    avg_fanout: cached === 0 ? 0 : sum('fanoutTotal') / cached,
  };
}
