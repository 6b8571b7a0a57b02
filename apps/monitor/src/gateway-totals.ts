import { counterNames, type GatewayCounters, type GatewayFigures } from './figures.ts';
import type { Answer } from './gather.ts';

/** The node's counters: they never go back, though those of a restarted gateway begin at 0. */
export class GatewayTotals {
  private readonly ended: GatewayCounters = zero();
  private readonly last = new Map<number, GatewayFigures>();

  /** `answers`: of the gateways that are there now. */
  sum(answers: readonly Answer<GatewayFigures>[]): GatewayCounters {
    const present = new Set(answers.map(({ peer }) => peer.id));
    for (const [id, one] of this.last) {
      if (present.has(id)) continue;
      add(this.ended, one);
      this.last.delete(id);
    }
    const total = { ...this.ended };
    for (const { peer, body } of answers) {
      this.last.set(peer.id, body);
      add(total, body);
    }
    return total;
  }
}

function zero(): GatewayCounters {
  return Object.fromEntries(counterNames.map((name) => [name, 0])) as unknown as GatewayCounters;
}

function add(total: GatewayCounters, figures: GatewayCounters): void {
  for (const name of counterNames) total[name] += figures[name] ?? 0;
}
