import type { Monitor } from '../monitor.ts';
import { endpoint, ok } from './endpoint.ts';

/** What the runtime counts, all processes together, under the names that Go has for it; nats-server has it at `/debug/vars`. */
export const expvarz = endpoint({
  name: 'EXPVARZ',
  paths: ['/expvarz', '/debug/vars'],
  answer: async (monitor) => ok({ cmdline: process.argv, memstats: await memoryStatistics(monitor) }),
});

async function memoryStatistics(monitor: Monitor) {
  const { answers } = await monitor.snapshot();
  const sum = (name: 'rss' | 'heapUsed' | 'heapTotal'): number =>
    answers.reduce((total, { body }) => total + (body.memory[name] ?? 0), 0);
  const [resident, used, heap] = [sum('rss'), sum('heapUsed'), sum('heapTotal')];
  return {
    ...Object.fromEntries(unknown.map((name) => [name, 0])),
    Alloc: used,
    Sys: resident,
    HeapAlloc: used,
    HeapSys: heap,
    HeapIdle: heap - used,
    HeapInuse: used,
    OtherSys: resident - heap,
    PauseNs: [],
    PauseEnd: [],
    EnableGC: true,
    DebugGC: false,
    BySize: [],
  };
}

/** Node counts nothing like these; who decodes them finds them. */
const unknown = [
  ...['TotalAlloc', 'Lookups', 'Mallocs', 'Frees', 'HeapReleased', 'HeapObjects', 'StackInuse', 'StackSys'],
  ...['MSpanInuse', 'MSpanSys', 'MCacheInuse', 'MCacheSys', 'BuckHashSys', 'GCSys', 'NextGC', 'LastGC'],
  ...['PauseTotalNs', 'NumGC', 'NumForcedGC', 'GCCPUFraction'],
];
