import { counterNames, type GatewayCounters, type GatewayFigures } from './figures.ts';

/** The node's counters: they never go back, though those of a restarted gateway begin at 0. */
export class GatewayTotals {
  private readonly ended: GatewayCounters = zero();
  private readonly last = new Map<number, GatewayFigures>();

  /** `figures`: of the gateways that are there now. */
  sum(figures: readonly GatewayFigures[]): GatewayCounters {
    const present = new Set(figures.map((one) => one.pid));
    for (const [pid, one] of this.last) {
      if (present.has(pid)) continue;
      add(this.ended, one);
      this.last.delete(pid);
    }
    const total = { ...this.ended };
    for (const one of figures) {
      this.last.set(one.pid, one);
      add(total, one);
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
