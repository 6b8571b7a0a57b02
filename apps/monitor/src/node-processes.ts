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
  /** Bytes; memory shared with other processes counts by its share. */
  mem: number;
  /** Percent of one core. */
  cpu: number;
  /** Milliseconds that timers were late, over the last 10 s. */
  event_loop_delay_ms?: { p50: number; p99: number; max: number };
  /** To the other processes. */
  links?: LinkInfo[];
  /** Milliseconds since it last answered; absent when it just did. */
  stale_ms?: number;
  /** It did not answer yet. */
  silent?: boolean;
}

/** What one process has sent another, and the other has not yet worked through. */
interface LinkInfo {
  component: string;
  instance: number;
  bytes_in_flight: number;
  /** Of these not yet written. */
  queued_bytes: number;
}

/** Puts together what the supervisor knows and what the processes say of themselves. */
export class NodeProcesses {
  private readonly cpu = new CpuShare();

  list(listed: readonly ListedProcess[], answers: readonly Answer<ProcessFigures>[], nowMs: number): ProcessInfo[] {
    // By name: in containers every process has the same pid.
    const byName = new Map(answers.map((answer) => [nameOf(answer.peer), answer]));
    this.cpu.keep(new Set(byName.keys()));
    return listed.map((one) => {
      const answer = byName.get(nameOf(one));
      // One that was started anew has not spoken yet: what its predecessor said is not its own.
      return this.info(one, answer?.body.pid === one.pid ? answer : undefined, nowMs);
    });
  }

  private info(listed: ListedProcess, answer: Answer<ProcessFigures> | undefined, nowMs: number): ProcessInfo {
    const { component, instance, pid, restarts } = listed;
    if (answer === undefined) {
      return { component, instance, pid, uptime: '0s', restarts, mem: 0, cpu: 0, silent: true };
    }
    const { uptimeMs, memory, cpu, loopDelay, links } = answer.body;
    return {
      component,
      instance,
      pid,
      uptime: formatUptime(uptimeMs),
      restarts,
      mem: memory.pss ?? memory.rss,
      cpu: this.cpu.percent(nameOf(listed), cpu.userMs + cpu.systemMs, uptimeMs, nowMs),
      ...(loopDelay !== undefined && {
        event_loop_delay_ms: {
          p50: tenths(loopDelay.p50Ms),
          p99: tenths(loopDelay.p99Ms),
          max: tenths(loopDelay.maxMs),
        },
      }),
      ...(links !== undefined && { links: links.map(linkInfo) }),
      ...(answer.ageMs > 0 && { stale_ms: Math.round(answer.ageMs) }),
    };
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

const nameOf = ({ component, instance }: { component: string; instance: number }): string => `${component} ${instance}`;

const tenths = (ms: number): number => Math.round(ms * 10) / 10;

const linkInfo = ({
  component,
  instance,
  bytesInFlight,
  queuedBytes,
}: NonNullable<ProcessFigures['links']>[number]): LinkInfo => ({
  component,
  instance,
  bytes_in_flight: bytesInFlight,
  queued_bytes: queuedBytes,
});
