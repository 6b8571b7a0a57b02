import { type ConnectionOptions, connect, type NatsConnection } from '@nats-io/transport-node';
import { onTestFinished } from 'vitest';

/**
 * A client as one is written that must not lose a request to a lame duck: it opens another connection, does there what
 * it did on the old one, and lets that one drain.
 */
export class Follower {
  connection: NatsConnection;
  moves = 0;
  private readonly waiting = new WeakMap<NatsConnection, Set<Promise<unknown>>>();
  private readonly options: ConnectionOptions;
  private readonly setUp: (connection: NatsConnection) => void;

  private constructor(
    options: ConnectionOptions,
    setUp: (connection: NatsConnection) => void,
    connection: NatsConnection,
  ) {
    this.options = options;
    this.setUp = setUp;
    this.connection = connection;
    this.use(connection);
  }

  /** Ends with the test. `first`: a connection to begin with, where it matters which. */
  static async open(
    options: ConnectionOptions,
    setUp: (connection: NatsConnection) => void = () => {},
    first?: NatsConnection,
  ): Promise<Follower> {
    const follower = new Follower(options, setUp, first ?? (await connect(options)));
    onTestFinished(() => follower.connection.close());
    await follower.connection.flush();
    return follower;
  }

  /** Rejects where nobody answers, or the connection ends before. */
  async request(subject: string): Promise<void> {
    const { connection } = this;
    const answer = connection.request(subject, 'question', { timeout: 5000 });
    const waiting = this.waiting.get(connection) ?? new Set();
    this.waiting.set(connection, waiting.add(answer));
    await answer.finally(() => waiting.delete(answer));
  }

  private use(connection: NatsConnection): void {
    this.connection = connection;
    this.setUp(connection);
    void this.follow(connection);
  }

  private async follow(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type !== 'ldm') continue;
      const next = await connect(this.options);
      this.use(next);
      await next.flush();
      this.moves++;
      // The library's drain does not wait for answers.
      await Promise.allSettled(this.waiting.get(connection) ?? []);
      await connection.drain();
    }
  }
}

/** Requests one after the other, as fast as they are answered, on whichever connection the follower has; counted. */
export class Requests {
  answered = 0;
  readonly failures: Error[] = [];
  private stopped = false;
  private readonly ended: Promise<void>;
  private readonly waiters = new Set<() => void>();

  constructor(follower: Follower, subject: string) {
    this.ended = this.run(follower, subject);
  }

  private async run(follower: Follower, subject: string): Promise<void> {
    while (!this.stopped) {
      try {
        await follower.request(subject);
        this.answered++;
      } catch (error) {
        this.failures.push(error as Error);
      }
      for (const look of [...this.waiters]) look();
    }
  }

  /** Resolves when so many more have been answered, or one has failed. */
  advance(count: number): Promise<void> {
    const target = this.answered + count;
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.answered < target && this.failures.length === 0) return;
        this.waiters.delete(look);
        resolve();
      };
      this.waiters.add(look);
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.ended;
  }
}
