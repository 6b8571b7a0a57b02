import { performance } from 'node:perf_hooks';
import { type LoopDelayFigures, loopDelay } from './loop-delay.ts';
import { proportionalMemory } from './proportional-memory.ts';

/** What every process answers to `stats`, as JSON. Bytes, milliseconds. */
export interface ProcessFigures {
  pid: number;
  uptimeMs: number;
  /** `pss`: shared pages by their share; where the system tells. */
  memory: { rss: number; pss?: number; heapUsed: number; heapTotal: number; external: number; arrayBuffers: number };
  /** Since the process started. */
  cpu: { userMs: number; systemMs: number };
  /** Share of time that the event loop was busy, since it started. */
  loopUtilization: number;
  /** How late a timer was at worst among the last heartbeats. */
  loopDelayMs: number;
  /** How long the event loop was busy, since it started. */
  loopBusyMs: number;
  /** Absent in the first answer: it is measured once somebody has asked. */
  loopDelay?: LoopDelayFigures;
}

export function processFigures(pid: number, loopDelayMs: number): ProcessFigures {
  const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const { active, utilization } = performance.eventLoopUtilization();
  return {
    pid,
    uptimeMs: Math.round(process.uptime() * 1000),
    memory: { rss, pss: proportionalMemory(), heapUsed, heapTotal, external, arrayBuffers },
    cpu: { userMs: user / 1000, systemMs: system / 1000 },
    loopUtilization: utilization,
    loopDelayMs,
    loopBusyMs: active,
    loopDelay: loopDelay.figures(),
  };
}
