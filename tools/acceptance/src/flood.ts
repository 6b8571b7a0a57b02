import { type NatsConnection, nuid } from '@nats-io/transport-node';
import { onTestFinished } from 'vitest';

const BATCH = 500;
const PAYLOAD = 'x'.repeat(120);

/** Numbered messages as fast as they are taken, from one client to another, both ends counted. */
export class Flood {
  /** Messages that a PONG has vouched for. */
  acknowledged = 0;
  sent = 0;
  received = 0;
  /** The first message that did not come when it was due. */
  gap: string | undefined;
  private readonly subject = `flood.${nuid.next()}`;
  private stopped = false;
  private ended: Promise<void> = Promise.resolve();

  /** Ends with the test. */
  static async start(from: NatsConnection, to: NatsConnection): Promise<Flood> {
    const flood = new Flood();
    to.subscribe(flood.subject, {
      callback: (_error, { data }) => {
        const number = Number.parseInt(Buffer.from(data.subarray(0, 12)).toString(), 10);
        if (number !== flood.received) flood.gap ??= `${number} came, ${flood.received} was due`;
        flood.received++;
      },
    });
    await to.flush();
    flood.ended = flood.run(from);
    onTestFinished(async () => {
      flood.stopped = true;
      await flood.ended;
    });
    return flood;
  }

  private async run(from: NatsConnection): Promise<void> {
    // A flush that waits when the connection ends is never answered.
    const ended = from.closed().then(() => true);
    while (!this.stopped && !from.isClosed()) {
      for (let i = 0; i < BATCH; i++) from.publish(this.subject, `${String(this.sent++).padStart(12)}${PAYLOAD}`);
      const { sent } = this;
      if ((await Promise.race([from.flush().catch(() => true), ended])) === true) return;
      this.acknowledged = sent;
    }
  }

  /** Resolves when all that was sent has been vouched for, and with it delivered to the subscriber's connection. */
  async stop(to: NatsConnection): Promise<void> {
    this.stopped = true;
    await this.ended;
    await to.flush();
  }

  /** Resolves when the flood has ended because its connection has. */
  broken(): Promise<void> {
    return this.ended;
  }
}
