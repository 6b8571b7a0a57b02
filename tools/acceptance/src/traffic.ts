import { type NatsConnection, nuid, type Subscription } from '@nats-io/transport-node';

const INTERVAL_MS = 5;
const REQUEST_MS_MAX = 2000;

export interface TrafficReport {
  /** numbers of the messages sent, in order: 0, 1, … */
  sent: number[];
  /** numbers of the messages received, in the order of their arrival */
  received: number[];
  failures: Error[];
  /** of each request that was answered */
  latenciesMs: number[];
}

/** Every 5 ms one numbered message and one request, from one client to another, until stopped. */
export class Traffic {
  private readonly from: NatsConnection;
  private readonly subscriptions: Subscription[];
  private readonly subject = `traffic.${nuid.next()}`;
  private readonly waiters = new Set<() => void>();
  private readonly received: number[] = [];
  private readonly failures: Error[] = [];
  private readonly latenciesMs: number[] = [];
  private timer: NodeJS.Timeout | undefined;
  private sent = 0;
  /** The newest message that came, and the newest request that has ended. */
  private lastReceived = -1;
  private settledRequests = 0;

  private constructor(from: NatsConnection, to: NatsConnection) {
    this.from = from;
    this.subscriptions = [
      to.subscribe(`${this.subject}.messages`, {
        callback: (_error, message) => {
          this.lastReceived = Number(message.string());
          this.received.push(this.lastReceived);
          this.changed();
        },
      }),
      to.subscribe(`${this.subject}.requests`, { callback: (_error, message) => void message.respond(message.data) }),
    ];
  }

  static async start(from: NatsConnection, to: NatsConnection): Promise<Traffic> {
    const traffic = new Traffic(from, to);
    await to.flush();
    traffic.timer = setInterval(() => traffic.tick(), INTERVAL_MS);
    await traffic.advance(20);
    return traffic;
  }

  /** Resolves when all of the next `count` messages and requests were received and answered (or had failed). */
  async advance(count: number, limitMs = 10_000): Promise<void> {
    const target = this.sent + count;
    await this.reached(target, limitMs);
  }

  /** Resolves when all that was sent has come, or 2 s later. */
  async stop(): Promise<TrafficReport> {
    clearInterval(this.timer);
    await this.reached(this.sent, REQUEST_MS_MAX).catch(() => {});
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    const { received, failures, latenciesMs } = this;
    return { sent: Array.from({ length: this.sent }, (_, index) => index), received, failures, latenciesMs };
  }

  private tick(): void {
    this.from.publish(`${this.subject}.messages`, String(this.sent++));
    void this.request();
  }

  private async request(): Promise<void> {
    const begun = performance.now();
    try {
      await this.from.request(`${this.subject}.requests`, 'x'.repeat(128), { timeout: REQUEST_MS_MAX });
      this.latenciesMs.push(performance.now() - begun);
    } catch (error) {
      this.failures.push(error as Error);
    }
    this.settledRequests++;
    this.changed();
  }

  private reached(target: number, limitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.waiters.delete(look);
      };
      const look = (): void => {
        if (this.lastReceived < target - 1 || this.settledRequests < target) return;
        finish();
        resolve();
      };
      const timer = setTimeout(() => {
        finish();
        const { sent, lastReceived, settledRequests } = this;
        reject(new Error(`of ${sent} sent, message ${lastReceived} came and ${settledRequests} requests ended`));
      }, limitMs);
      this.waiters.add(look);
      look();
    });
  }

  private changed(): void {
    for (const look of [...this.waiters]) look();
  }
}
