import type { Frame, ProcessStacks } from '@skein/diagnostics';
import type { FromProcess, ToProcess } from '@skein/process';
import type { Child, ChildCommand, StartChild } from './child.ts';
import type { ProcessSpec } from './components.ts';
import { RestartPolicy } from './restart-policy.ts';
import type { StackSource } from './stacks/collect-stacks.ts';
import { pausedStack } from './stacks/paused-stack.ts';

/** Clock and timers, so that tests bring their own. */
export interface SupervisorClock {
  /** Monotonic milliseconds. */
  now(): number;
  wallMs(): number;
  after(ms: number, fn: () => void): void;
}

export interface SupervisedEvents {
  lines(text: string): void;
  message(process: Supervised, message: FromProcess): void;
  /** It runs again, or for the first time. */
  started(process: Supervised): void;
  /** It is gone. Return whether to start it again. */
  died(process: Supervised, code: number | null, signal: NodeJS.Signals | null): boolean;
}

type State =
  | { name: 'stopped' }
  | { name: 'starting'; child: Child; sinceMs: number }
  | { name: 'up'; child: Child; sinceMs: number }
  | { name: 'waiting' };

/** It holds nobody up, since the router cuts it off by itself; its own clients wait. */
const SEEN_MS_MAX = 400;

/** One place in the node, and whichever process fills it. */
export class Supervised {
  readonly spec: ProcessSpec;
  restarts = 0;
  startedUnixMs = 0;
  private state: State = { name: 'stopped' };
  /** Asked to end, for good. */
  retired = false;
  /** Asked to end, and to be started anew. */
  restarting = false;
  private readonly command: ChildCommand;
  private readonly startChild: StartChild;
  private readonly clock: SupervisorClock;
  private readonly events: SupervisedEvents;
  private readonly policy = new RestartPolicy();
  private stacksAsked: ((stacks: ProcessStacks) => void) | undefined;

  constructor(
    spec: ProcessSpec,
    command: ChildCommand,
    startChild: StartChild,
    clock: SupervisorClock,
    events: SupervisedEvents,
  ) {
    this.spec = spec;
    this.command = command;
    this.startChild = startChild;
    this.clock = clock;
    this.events = events;
  }

  get name(): string {
    return `${this.spec.component} ${this.spec.instance}`;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get up(): boolean {
    return this.state.name === 'up';
  }

  /** 0 when it is not starting. */
  get startingForMs(): number {
    return this.state.name === 'starting' ? this.clock.now() - this.state.sinceMs : 0;
  }

  get running(): boolean {
    return this.child !== undefined;
  }

  start(): void {
    const sinceMs = this.clock.now();
    const child = this.startChild(this.command, {
      lines: this.events.lines,
      message: (message) => {
        if (message.type === 'ready') this.state = { name: 'up', child, sinceMs };
        else if (message.type === 'stacks') this.stacksAsked?.(message.stacks);
        this.events.message(this, message);
      },
      exited: (code, signal) => this.exited(this.clock.now() - sinceMs, code, signal),
    });
    this.state = { name: 'starting', child, sinceMs };
    this.startedUnixMs = this.clock.wallMs();
    this.events.started(this);
  }

  send(message: ToProcess): void {
    this.child?.send(message);
  }

  kill(): void {
    this.child?.kill();
  }

  /** As `kill`, a moment later, in which it can be seen where it is stuck: `seen` gets the stack, unless it is in native code. */
  killStuck(seen: (frames: Frame[]) => void): void {
    const { child } = this;
    let pending = child !== undefined;
    const kill = (): void => {
      if (pending) child?.kill();
      pending = false;
    };
    this.clock.after(SEEN_MS_MAX, kill);
    const ignore = (): void => {};
    this.stackSource?.pause().then((frames) => {
      if (pending) seen(frames);
      kill();
    }, ignore);
  }

  retire(message: ToProcess): void {
    this.retired = true;
    this.send(message);
  }

  /** Ends it in order and starts it again at once: what was upgraded on disk is what runs then. */
  restart(message: ToProcess): void {
    this.restarting = true;
    this.send(message);
  }

  /** Whom to ask what it is doing; undefined when it does not run. */
  get stackSource(): StackSource | undefined {
    const { child, name } = this;
    if (child?.pid === undefined) return undefined;
    return {
      name,
      pid: child.pid,
      ask: () =>
        new Promise((resolve) => {
          this.stacksAsked = resolve;
          child.send({ type: 'stacks' });
        }),
      pause: async () => pausedStack(await new Promise<string>((found) => child.inspect(found))),
    };
  }

  private get child(): Child | undefined {
    return this.state.name === 'starting' || this.state.name === 'up' ? this.state.child : undefined;
  }

  private exited(ranMs: number, code: number | null, signal: NodeJS.Signals | null): void {
    this.state = { name: 'stopped' };
    if (!this.events.died(this, code, signal) || this.retired) return;
    this.restarts++;
    const delayMs = this.restarting ? 0 : this.policy.died(ranMs);
    this.restarting = false;
    if (delayMs === 0) {
      this.start();
      return;
    }
    this.state = { name: 'waiting' };
    this.clock.after(delayMs, () => {
      if (!this.retired && this.state.name === 'waiting') this.start();
    });
  }
}
