import type { Member, MemberHandlers } from '@skein/bus';
import { answerDiagnostics } from '@skein/diagnostics';
import { component, type StoreConfiguration, type StoreOptions } from './options.ts';

export interface JetStreamStore {
  /** Resolves when its streams are served. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** What it answers to `stats`. */
  figures(): Record<string, unknown>;
}

/** Streams and consumers of a node. */
export function createJetStreamStore(options: StoreOptions): JetStreamStore {
  return new Server(options);
}

class Server implements JetStreamStore {
  readonly #options: StoreOptions;
  readonly #member: Member;

  constructor(options: StoreOptions) {
    const { createMember, onShutdown: _, onConfigured: __, logLinesDropped: ___, log: ____, ...member } = options;
    this.#options = options;
    this.#member = createMember({ ...member, component, wantsInterest: false, handlers: this.#handlers() });
    answerDiagnostics(this.#member);
  }

  async start(): Promise<void> {
    const { configuration } = await this.#member.start();
    this.#options.onConfigured?.(configuration as StoreConfiguration);
  }

  figures(): Record<string, unknown> {
    return this.#member.figures();
  }

  async stop(): Promise<void> {
    await this.#member.stop();
  }

  #handlers(): MemberHandlers {
    return {
      commit: (configuration) => this.#options.onConfigured?.(configuration as StoreConfiguration),
      stats: () => ({ logLinesDropped: this.#options.logLinesDropped?.() ?? 0 }),
      shutdown: (reason, refused) => this.#options.onShutdown(reason, refused),
    };
  }
}
