import { CpuShare } from './cpu-share.ts';
import type { ProcessFigures } from './figures.ts';
import type { Answer } from './gather.ts';
import type { ListedProcess } from './process-list.ts';
import { formatUptime } from './uptime.ts';

/** One process in `/varz`. */
export interface ProcessInfo {
  component: string;
  instance: number;
  pid: number;
  uptime: string;
  restarts: number;
  /** Resident, bytes. */
  mem: number;
  /** Percent of one core. */
  cpu: number;
  /** Milliseconds since it last answered; absent when it just did. */
  stale_ms?: number;
  /** It did not answer yet. */
  silent?: boolean;
}

/** Puts together what the supervisor knows and what the processes say of themselves. */
export class NodeProcesses {
  private readonly cpu = new CpuShare();

  list(listed: readonly ListedProcess[], answers: readonly Answer<ProcessFigures>[], nowMs: number): ProcessInfo[] {
    const byPid = new Map(answers.map((answer) => [answer.body.pid, answer]));
    this.cpu.keep(new Set(byPid.keys()));
    return listed.map((one) => this.info(one, byPid.get(one.pid), nowMs));
  }

  private info(listed: ListedProcess, answer: Answer<ProcessFigures> | undefined, nowMs: number): ProcessInfo {
    const { component, instance, pid, restarts } = listed;
    if (answer === undefined) {
      return { component, instance, pid, uptime: '0s', restarts, mem: 0, cpu: 0, silent: true };
    }
    const { uptimeMs, memory, cpu } = answer.body;
    const info: ProcessInfo = {
      component,
      instance,
      pid,
      uptime: formatUptime(uptimeMs),
      restarts,
      mem: memory.rss,
      cpu: this.cpu.percent(pid, cpu.userMs + cpu.systemMs, uptimeMs, nowMs),
    };
    if (answer.ageMs > 0) info.stale_ms = Math.round(answer.ageMs);
    return info;
  }
}

/** Without a supervisor, those that answer are all that is known: nobody counts restarts. */
export function listedFromAnswers(answers: readonly Answer<ProcessFigures>[]): ListedProcess[] {
  return answers.map(({ peer: { component, instance }, body }) => ({
    component,
    instance,
    pid: body.pid,
    up: true,
    restarts: 0,
    startedUnixMs: 0,
  }));
}
