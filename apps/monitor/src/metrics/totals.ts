import type { ConnectionTotals } from '@skein/metrics';
import type { ProcessState } from './process-states.ts';

/** Of all gateways' open connections. */
export function connectionTotals(processes: readonly ProcessState[]): ConnectionTotals {
  const totals = { connections: 0, pendingBytes: 0, subscriptions: 0, inMsgs: 0, outMsgs: 0, inBytes: 0, outBytes: 0 };
  for (const { component, last } of processes) {
    if (component !== 'gateway' || last === undefined) continue;
    const { connections, subscriptions, pendingBytes, open } = last.figures;
    totals.connections += connections ?? 0;
    totals.subscriptions += subscriptions ?? 0;
    totals.pendingBytes += pendingBytes ?? 0;
    totals.inMsgs += open?.inMsgs ?? 0;
    totals.outMsgs += open?.outMsgs ?? 0;
    totals.inBytes += open?.inBytes ?? 0;
    totals.outBytes += open?.outBytes ?? 0;
  }
  return totals;
}
