import { createLogger, descriptorSink, type Logger, wallClock } from '@skein/log';
import { socketAddress } from './address.ts';
import { runHealthcheck } from './healthcheck.ts';
import type { ToProcess } from './messages.ts';
import { type ProcessOptions, parseProcessOptions, readSecret } from './options.ts';
import { connectSupervisor, type Supervision } from './supervision.ts';
import { productVersion } from './version.ts';

/** An orderly stop that takes longer than this ends anyway. */
const STOP_MS_MAX = 4000;

const EXIT_USAGE = 64;
const EXIT_INTERNAL = 70;
/** As Go's runtime: after SIGQUIT. */
const EXIT_STACKS = 2;

export interface ProcessContext extends ProcessOptions {
  component: string;
  /** This process's own. */
  pid: number;
  /** The Unix socket where this process listens for its peers. */
  address: string;
  routerAddress: string;
  /** The token that proves the component to the router. */
  secret: Uint8Array;
  /** Lines carry the node's pid when supervised. `log.configure(options.logging)` when the configuration is there. */
  log: Logger;
  /** A supervisor started this process. */
  supervised: boolean;
  /** Tells the supervisor that the work is being done. `ports`: those listened on, by their names in the ports file. */
  ready(ports?: Record<string, number>): void;
  /** Router: tells the supervisor the options that are in force after a reload (gateways, logging). */
  optionsChanged(options: unknown): void;
  /** Stops this process in order: `close` runs, then it exits with the code (the router refused it for good: 1). */
  exit(code: number, reason: string): void;
}

/** What a main's `create` gives back. */
export interface RunningProcess {
  /** Finish, flush, let go. Must settle within 4 s; then the process exits in any case. */
  close(reason: string): Promise<void> | void;
  /** What it answers to `stats`, for `--metrics_port`. */
  figures?(): Record<string, unknown>;
  /** Router: SIGHUP, or the supervisor's word for it. */
  reload?(): void;
  /** Gateway: SIGUSR2, or the supervisor's word for it; it ends this process by `context.exit`. Monitor: the node is one. */
  lameDuck?(): void;
}

export interface ProcessDefinition {
  component: string;
  /**
   * Starts the work. Import what is heavy in here (`await import('./server.ts')`), so that the pipe to the
   * supervisor is watched from the first moment. A rejection is logged, exit code 1.
   */
  create(context: ProcessContext): Promise<RunningProcess> | RunningProcess;
}

/**
 * The one skeleton of every process: options, log, the supervisor's pipe (heartbeats; its end is this process's end),
 * signals, last words. Call it from `main.ts`, once.
 *
 * `main.ts --version` and `main.ts healthcheck [flags]` answer and end.
 *
 * Exit codes: 0 after a stop in order, 1 when it could not start, 2 after SIGQUIT, 64 wrong flags, 70 an exception nobody expected.
 */
export function runProcess(definition: ProcessDefinition): void {
  if (process.argv[2] === '--version') {
    process.stdout.write(`skein-${definition.component}: v${productVersion}\n`);
    return;
  }
  if (process.argv[2] === 'healthcheck') {
    void runHealthcheck(definition.component, process.argv.slice(3));
    return;
  }
  process.title = `skein-${definition.component}`;
  new ProcessRun(definition).start();
}

class ProcessRun {
  private readonly definition: ProcessDefinition;
  /** Read once: a number of its own is chosen by reading `--instance auto`. An error is what is wrong with the flags. */
  private readonly options: ProcessOptions | Error;
  private readonly supervision: Supervision | undefined;
  private readonly log: Logger;
  private running: RunningProcess | undefined;
  private stopping = false;

  constructor(definition: ProcessDefinition) {
    this.definition = definition;
    this.options = readOptions(definition.component);
    this.supervision = connectSupervisor((message) => this.told(message));
    this.log = createLogger({
      sink: descriptorSink(2),
      // To the outside a node is one process: the supervisor, this one's parent.
      pid: this.supervision === undefined ? process.pid : process.ppid,
      now: wallClock(),
      process:
        this.options instanceof Error ? definition.component : `${definition.component}/${this.options.instance}`,
    });
  }

  start(): void {
    process.on('uncaughtException', (error) => this.crash(error));
    process.on('unhandledRejection', (error) => this.crash(error));
    this.followSignals();
    const { options } = this;
    if (options instanceof Error) {
      this.log.fatal(`${this.definition.component}: ${options.message}`);
      process.exit(EXIT_USAGE);
    }
    this.create(options).catch((error: Error) => {
      this.log.fatal(`${this.definition.component}: ${error.message}`);
      this.log.debug(String(error.stack));
      process.exit(1);
    });
  }

  private async create(options: ProcessOptions): Promise<void> {
    if (options.sampleHeap) {
      const { sampleHeap } = await import('@skein/diagnostics');
      await sampleHeap();
    }
    const running = await this.definition.create({
      ...options,
      component: this.definition.component,
      pid: process.pid,
      address: socketAddress(options.runDir, this.definition.component, options.instance),
      routerAddress: socketAddress(options.runDir, 'router', 0),
      secret: readSecret(options),
      log: this.log,
      supervised: this.supervision !== undefined,
      ready: (ports = {}) => this.supervision?.send({ type: 'ready', ports }),
      optionsChanged: (changed) => this.supervision?.send({ type: 'options', options: changed }),
      exit: (code, reason) => this.stop(code, reason),
    });
    if (this.stopping) await running.close('stopped while starting');
    this.running = running;
    if (options.metrics !== undefined) await this.serveMetrics(running, options.instance, options.metrics);
  }

  /** A port that is taken is said, and no reason not to serve clients. */
  private async serveMetrics(
    running: RunningProcess,
    instance: number,
    address: { host: string; port: number },
  ): Promise<void> {
    const { serveMetrics } = await import('@skein/metrics/serve');
    const { component } = this.definition;
    try {
      const { port } = await serveMetrics({ component, instance }, () => running.figures?.() ?? {}, address);
      this.log.info(`Serving metrics of ${component} on port ${port}`);
    } catch (error) {
      this.log.error(`Metrics of ${component} are not served: ${(error as Error).message}`);
    }
  }

  private told(message: ToProcess): void {
    switch (message.type) {
      case 'stop':
        this.stop(0, message.reason);
        return;
      case 'reload':
        this.running?.reload?.();
        return;
      case 'lameDuck':
        this.lameDuck();
        return;
      case 'stacks':
        void this.tellStacks();
    }
  }

  private async writeStacks(): Promise<void> {
    const { ownStacks, stacksText } = await import('@skein/diagnostics');
    const text = stacksText(this.definition.component, process.pid, ownStacks());
    process.stderr.write(`SIGQUIT: quit\n\n${text}\n`, () => process.exit(EXIT_STACKS));
  }

  private async tellStacks(): Promise<void> {
    const { ownStacks } = await import('@skein/diagnostics');
    this.supervision?.send({ type: 'stacks', stacks: ownStacks() });
  }

  /** One that serves nobody yet has nobody to wait for. */
  private lameDuck(): void {
    if (this.running === undefined) this.stop(0, 'lame duck mode');
    else this.running.lameDuck?.();
  }

  private followSignals(): void {
    // A terminal's Ctrl-C, or a service manager's SIGTERM, goes to every process: the supervisor decides what it means.
    const stop = (signal: string) => (): void => {
      if (this.supervision === undefined) this.stop(0, signal);
    };
    process.on('SIGINT', stop('SIGINT'));
    process.on('SIGTERM', stop('SIGTERM'));
    process.on('SIGQUIT', () => {
      if (this.supervision === undefined) void this.writeStacks();
    });
    process.on('SIGHUP', () => {
      if (this.supervision === undefined) this.running?.reload?.();
    });
    process.on('SIGUSR2', () => {
      if (this.supervision === undefined) this.lameDuck();
    });
    process.on('SIGPIPE', () => {});
    // Supervised, it opens Node's inspector; alone, it is what an operator sends to every service of a node.
    if (this.supervision === undefined) {
      process.on('SIGUSR1', () => this.log.info('File log re-open ignored, not a file logger'));
    }
  }

  private stop(code: number, reason: string): void {
    if (this.stopping) return;
    this.stopping = true;
    setTimeout(() => process.exit(code), STOP_MS_MAX);
    Promise.resolve(this.running?.close(reason)).then(
      () => process.exit(code),
      (error: unknown) => this.crash(error),
    );
  }

  private crash(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.log.fatal(`${this.definition.component}: ${text.replaceAll('\n', ' | ')}`);
    process.exit(EXIT_INTERNAL);
  }
}

function readOptions(component: string): ProcessOptions | Error {
  try {
    return parseProcessOptions(component, process.argv.slice(2));
  } catch (error) {
    return error as Error;
  }
}
