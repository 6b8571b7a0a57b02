import { counterNames, type GatewayCounters, type GatewayFigures } from './figures.ts';
import type { Answer } from './gather.ts';

/** What a monitor hands on to the one after it. */
export interface SavedTotals {
  /** Of gateways that are gone. */
  ended: GatewayCounters;
  /** By a gateway's id, what was last heard of it. */
  last: [id: number, counters: GatewayCounters][];
}

/** The node's counters: they never go back, though those of a restarted gateway begin at 0. */
export class GatewayTotals {
  private readonly ended: GatewayCounters;
  private readonly last: Map<number, GatewayCounters>;

  constructor(saved?: SavedTotals) {
    this.ended = { ...zero(), ...saved?.ended };
    this.last = new Map(saved?.last);
  }

  /** `present`: the ids of the gateways that are there, `answers` what they say; one that says nothing is as it was. */
  sum(present: ReadonlySet<number>, answers: readonly Answer<GatewayFigures>[]): GatewayCounters {
    for (const { peer, body } of answers) this.last.set(peer.id, countersOf(body));
    for (const [id, one] of this.last) {
      if (present.has(id)) continue;
      add(this.ended, one);
      this.last.delete(id);
    }
    const total = { ...this.ended };
    for (const one of this.last.values()) add(total, one);
    return total;
  }

  save(): SavedTotals {
    return { ended: this.ended, last: [...this.last] };
  }
}

function zero(): GatewayCounters {
  return Object.fromEntries(counterNames.map((name) => [name, 0])) as unknown as GatewayCounters;
}

function countersOf(figures: GatewayCounters): GatewayCounters {
  return Object.fromEntries(counterNames.map((name) => [name, figures[name] ?? 0])) as unknown as GatewayCounters;
}

function add(total: GatewayCounters, figures: GatewayCounters): void {
  for (const name of counterNames) total[name] += figures[name];
}
