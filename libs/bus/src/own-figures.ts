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
  /** Absent in the first answer, and while nobody looks: it is measured once somebody has asked. */
  loopDelay?: LoopDelayFigures;
}

/** The body of a `stats` request that is made all the time, whether somebody looks or not. */
export const GLANCE = '{"glance":true}';

export function processFigures(pid: number, loopDelayMs: number, glance: boolean): ProcessFigures {
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
    loopDelay: glance ? loopDelay.glance() : loopDelay.figures(),
  };
}
