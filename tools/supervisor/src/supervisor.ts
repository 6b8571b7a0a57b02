import type { ServerOptions } from '@skein/config';
import { completeOptions } from '@skein/config/options';
import { whereText } from '@skein/diagnostics';
import type { Logger } from '@skein/log';
import { type FromProcess, RESTART } from '@skein/process';
import type { StartChild } from './child.ts';
import {
  type ComponentName,
  instancesOf,
  type ProcessSpec,
  processesFor,
  scaledComponents,
  silenceMaxMs,
  startMsMax,
} from './components.ts';
import { HeartbeatWatch } from './heartbeat-watch.ts';
import type { RunDir } from './run-dir.ts';
import { collectStacks } from './stacks/collect-stacks.ts';
import { Supervised, type SupervisorClock } from './supervised.ts';

const CHECK_MS = 500;
/** From SIGTERM to exit code 0 there are 5 s. */
const STOP_MONITOR_MS = 500;
const STOP_GATEWAYS_MS = 2500;
const STOP_OTHERS_MS = 1500;

export interface SupervisorOptions {
  options: ServerOptions;
  runDir: RunDir;
  log: Logger;
  startChild: StartChild;
  clock: SupervisorClock;
  /** How long a process has waited for a processor in its life, milliseconds. */
  processorWaitMs(pid: number): number;
  programOf(component: ComponentName): string;
  /** Log lines of an inner process, complete; `process` as in `gateway/1`. */
  lines(process: string, text: string): void;
  /** The router has put other options in force. */
  optionsChanged(options: ServerOptions): void;
}

/** An inner process could not start; it has said why. */
export class StartError extends Error {}

/** Starts a node's processes, keeps them running, stops them in order. */
export class Supervisor {
  private readonly given: SupervisorOptions;
  private options: ServerOptions;
  private readonly processes: Supervised[] = [];
  private readonly watch: HeartbeatWatch<Supervised>;
  /** As the monitor was told. */
  private logLinesDropped = 0;
  private phase: 'starting' | 'running' | 'leaving' = 'starting';
  private readonly waiting = new Set<() => void>();
  private failed: StartError | undefined;

  constructor(given: SupervisorOptions) {
    this.given = given;
    this.watch = new HeartbeatWatch(CHECK_MS, (one) => this.waitedMs(one));
    this.options = given.options;
  }

  /** Resolves when the processes that serve clients are ready; rejects with a StartError when one cannot start. */
  async start(): Promise<void> {
    for (const spec of processesFor(this.options)) this.add(spec);
    this.check();
    await this.until(() => this.failed !== undefined || this.processes.every((one) => one.up || this.isLate(one)));
    if (this.failed !== undefined) throw this.failed;
    this.phase = 'running';
  }

  reload(): void {
    this.find('router')?.send({ type: 'reload' });
  }

  /** The gateways let nobody new in and let go of those who are there; resolves when all of them have ended. */
  async lameDuck(): Promise<void> {
    this.phase = 'leaving';
    // It tells the world, and needs a gateway for that.
    this.find('monitor')?.send({ type: 'lameDuck' });
    const gateways = this.of('gateway');
    for (const one of gateways) one.retire({ type: 'lameDuck' });
    await this.until(() => gateways.every((one) => !one.running));
  }

  /**
   * Ends one process in order and starts it again, a gateway by lame duck mode. Resolves to the new one's pid when that is
   * ready. Rejects when it cannot be done, with the reason.
   */
  async restart(component: ComponentName, instance: number): Promise<number> {
    const one = this.processes.find(({ spec }) => spec.component === component && spec.instance === instance);
    if (one === undefined) throw new Error(`there is no ${component} ${instance}`);
    if (this.phase !== 'running') throw new Error(`the node is ${this.phase}`);
    if (!one.up || one.restarting) throw new Error(`${one.name} is being started anew already`);
    const { log, clock } = this.given;
    const { pid, restarts } = one;
    if (component === 'gateway') {
      const others = this.of('gateway').some((other) => other !== one && other.up && !other.restarting);
      if (!others) throw new Error(`${one.name} is the only gateway: its clients would have nowhere to go`);
      one.restart({ type: 'lameDuck' });
    } else {
      one.restart({ type: 'stop', reason: RESTART });
      clock.after(STOP_GATEWAYS_MS, () => {
        if (one.restarting && one.pid === pid) one.kill();
      });
    }
    log.info(`Restarting process ${one.name}`);
    await this.until(() => one.retired || (one.up && one.restarts > restarts));
    if (one.retired) throw new Error('the node stops');
    log.info(`Process ${one.name} is ready again`);
    return one.pid ?? 0;
  }

  /**
   * The monitor first, which tells the world as long as there is somebody to tell it; then the gateways, so that what clients
   * sent is still routed; then all others. Resolves when all are gone.
   */
  async stop(reason: string): Promise<void> {
    const rest = this.processes.filter(({ spec }) => spec.component !== 'monitor' && spec.component !== 'gateway');
    await this.end(this.of('monitor'), reason, STOP_MONITOR_MS);
    await this.end(this.of('gateway'), reason, STOP_GATEWAYS_MS);
    await this.end(rest, reason, STOP_OTHERS_MS);
  }

  /** What every process does at this moment, those that are stuck too, as text. Takes two seconds at most. */
  stacks(): Promise<string> {
    const sources = this.processes.map((one) => one.stackSource).filter((source) => source !== undefined);
    return collectStacks(sources, this.given.clock.after);
  }

  private async end(processes: readonly Supervised[], reason: string, limitMs: number): Promise<void> {
    for (const one of processes) one.retire({ type: 'stop', reason });
    this.given.clock.after(limitMs, () => {
      for (const one of processes) one.kill();
    });
    await this.until(() => processes.every((one) => !one.running));
  }

  /** Nobody waits for a monitor that listens on no port. */
  private isLate(one: Supervised): boolean {
    const { monitoring, profPort } = this.options;
    const ports = [monitoring.port, monitoring.httpsPort, profPort];
    return one.spec.component === 'monitor' && ports.every((port) => port === 0);
  }

  private add(spec: ProcessSpec): void {
    const { runDir, startChild, clock, programOf } = this.given;
    const args = ['--run-dir', runDir.path, '--secret-file', runDir.secretFile(spec.component)];
    args.push('--instance', String(spec.instance));
    if (this.options.profPort !== 0) args.push('--sample-heap');
    if (spec.component === 'router') args.push('--secret-dir', runDir.secretDir);
    const command = { program: programOf(spec.component), args };
    const supervised = new Supervised(spec, command, startChild, clock, {
      lines: (text) => this.given.lines(`${spec.component}/${spec.instance}`, text),
      started: () => this.publish(),
      message: (one, message) => this.received(one, message),
      died: (one, code, signal) => this.died(one, code, signal),
    });
    this.processes.push(supervised);
    supervised.start();
  }

  private received(one: Supervised, message: FromProcess): void {
    // One that is still loading its modules on a busy machine is slow, not frozen: `startMsMax` is its limit.
    if (one.up) this.watch.beat(one, this.given.clock.now());
    if (message.type === 'ready') {
      this.publish();
      this.changed();
      // A new one must not say that all is well.
      if (this.phase === 'leaving' && one.spec.component === 'monitor') one.send({ type: 'lameDuck' });
    } else if (message.type === 'options') {
      this.follow(completeOptions(message.options as ServerOptions));
    }
  }

  private died(one: Supervised, code: number | null, signal: NodeJS.Signals | null): boolean {
    this.watch.forget(one);
    const how = signal === null ? `exit code ${code}` : signal;
    if (!one.retired && this.phase === 'starting' && code === 1) {
      this.failed ??= new StartError(`${one.name}: ${how}`);
    } else if (!one.retired && !one.restarting) {
      this.given.log.error(`Process ${one.name} ended (${how}), restarting it`);
    }
    this.changed();
    return this.failed === undefined;
  }

  private check(): void {
    const { clock, log } = this.given;
    const gateways = this.options.skein.gateways;
    for (const one of this.watch.overdue(clock.now(), ({ spec }) => silenceMaxMs(spec.component, gateways))) {
      log.error(`Process ${one.name} does not answer, killing it`);
      this.watch.forget(one);
      one.killStuck((frames) => log.error(`Process ${one.name} was at ${whereText(frames)}`));
    }
    for (const one of this.processes) {
      const limitMs = startMsMax(one.spec.component);
      if (one.startingForMs <= limitMs || one.startingForMs - this.waitedMs(one) <= limitMs || !this.mayBlame(one))
        continue;
      log.error(`Process ${one.name} does not become ready, killing it`);
      one.kill();
    }
    if (log.dropped !== this.logLinesDropped) {
      this.logLinesDropped = log.dropped;
      this.publish();
    }
    clock.after(CHECK_MS, () => this.check());
  }

  private waitedMs({ pid }: Supervised): number {
    return pid === undefined ? 0 : this.given.processorWaitMs(pid);
  }

  /** Without a router nobody becomes ready: that is not their fault. */
  private mayBlame(one: Supervised): boolean {
    const router = this.find('router');
    return one === router || (router?.up ?? false);
  }

  private follow(options: ServerOptions): void {
    this.options = options;
    for (const component of scaledComponents) this.scale(component, instancesOf(component, options));
    this.publish();
    this.given.optionsChanged(options);
  }

  private scale(component: ComponentName, wanted: number): void {
    const running = this.of(component);
    for (const one of running.slice(wanted)) {
      this.processes.splice(this.processes.indexOf(one), 1);
      void this.end([one], `fewer ${component}s configured`, STOP_GATEWAYS_MS);
    }
    if (this.phase === 'leaving') return;
    for (let instance = running.length; instance < wanted; instance++) this.add({ component, instance });
  }

  /** For the monitor: which processes there are. */
  private publish(): void {
    const processes = this.processes.map((one) => ({
      ...one.spec,
      pid: one.pid ?? 0,
      up: one.up,
      restarts: one.restarts,
      startedUnixMs: one.startedUnixMs,
    }));
    try {
      this.given.runDir.writeJson('processes.json', { processes, logLinesDropped: this.logLinesDropped });
    } catch (error) {
      // A full disk costs the monitor its list, not the node its life.
      this.given.log.error(`Can't write the list of processes: ${(error as Error).message}`);
    }
  }

  private find(component: ComponentName): Supervised | undefined {
    return this.processes.find((one) => one.spec.component === component);
  }

  private of(component: ComponentName): Supervised[] {
    return this.processes.filter((one) => one.spec.component === component);
  }

  private until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.waiting.delete(look);
        resolve();
      };
      this.waiting.add(look);
      look();
    });
  }

  private changed(): void {
    for (const look of this.waiting) look();
  }
}
