import type { Component, Runtime } from '@skein/bus';
import { Phase } from '@skein/bus/internal';
import type { ServerOptions } from '@skein/config';
import type { Registered } from './register.ts';
import { sliceFor } from './slices.ts';

/** A process that has not answered by then has refused. */
const ANSWER_MS = 5000;

/** One new configuration on its way through all processes: first each checks it, then all apply it or none. */
export class Rollout {
  private readonly revision: number;
  private readonly options: ServerOptions;
  private readonly members: Map<number, Registered>;
  private readonly runtime: Runtime;
  private readonly waiting = new Set<number>();
  private finish: ((refusal: string | undefined) => void) | null = null;

  constructor(revision: number, options: ServerOptions, members: Map<number, Registered>, runtime: Runtime) {
    this.revision = revision;
    this.options = options;
    this.members = members;
    this.runtime = runtime;
  }

  /** Has every process check it. Resolves to why one refused, or undefined. */
  check(): Promise<string | undefined> {
    return this.round((component) => ({
      revision: this.revision,
      phase: Phase.check,
      configurationJson: JSON.stringify(sliceFor(component, this.options)),
    }));
  }

  /** Resolves when every process has applied it (or is gone). */
  commit(): Promise<string | undefined> {
    return this.round(() => ({ revision: this.revision, phase: Phase.commit, configurationJson: '' }));
  }

  rollback(): void {
    for (const { connection } of this.members.values()) {
      connection.send({ configure: { revision: this.revision, phase: Phase.rollback, configurationJson: '' } });
    }
  }

  answer(member: Registered, revision: number, ok: boolean, reason: string): void {
    if (revision !== this.revision || !this.waiting.delete(member.peer.id)) return;
    if (!ok) this.end(`${member.peer.component} ${member.peer.instance}: ${reason}`);
    else if (this.waiting.size === 0) this.end(undefined);
  }

  /** A process that is gone takes what is in force when it comes back. */
  left(id: number): void {
    if (this.waiting.delete(id) && this.waiting.size === 0) this.end(undefined);
  }

  private round(
    configure: (component: Component) => { revision: number; phase: number; configurationJson: string },
  ): Promise<string | undefined> {
    if (this.members.size === 0) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const timer = this.runtime.setTimer(ANSWER_MS, () => this.end('no answer in time'));
      this.finish = (refusal) => {
        timer.cancel();
        resolve(refusal);
      };
      for (const member of this.members.values()) {
        this.waiting.add(member.peer.id);
        member.connection.send({ configure: configure(member.peer.component) });
      }
    });
  }

  private end(refusal: string | undefined): void {
    this.waiting.clear();
    const { finish } = this;
    this.finish = null;
    finish?.(refusal);
  }
}
