import { nowSeconds } from '../clock.ts';
import { type Address, Connection } from '../connection.ts';
import { FrameCounter } from '../frame-counter.ts';
import { deliveredFrames, gridSid, gridSubject, patternOf, payload, periodMessages, type Stream } from '../frames.ts';

const SID = '1';
const SILENCE_MS_MAX = 15_000;
const GATEWAY_TRIES_MAX = 64;

export type Received = { messages: number[]; lastAt: number };

type Member = { connection: Connection; counter: FrameCounter; reported: number };

/** Connections that receive one stream each and count it. */
export class Subscriber {
  #members: Member[] = [];
  #total = 0;
  #expectedTotal = Number.POSITIVE_INFINITY;
  #lastAt = 0;
  #arrived: () => void = () => {};

  /**
   * Resolves when the subscriptions are active. `avoidGateway`: connects again and again until another gateway owns the
   * connection; an error where the server does not say which, or after 64 tries.
   */
  async open(options: {
    address: Address;
    connections: number;
    stream: Exclude<Stream, { kind: 'grid' }>;
    queue?: string;
    avoidGateway?: number;
  }): Promise<void> {
    const period = deliveredFrames(options.stream, SID);
    const shape = { frameBytes: period.length / periodMessages(options.stream), period };
    for (let index = 0; index < options.connections; index += 1) {
      const connection = await openElsewhere(options.address, options.avoidGateway);
      this.#add(connection, shape);
      connection.write(`SUB ${patternOf(options.stream)} ${options.queue ?? ''} ${SID}\r\n`);
      await connection.ping();
    }
  }

  /**
   * Subscribes to the whole grid, a row a connection, with everything written before the first PONG is awaited. Resolves
   * with the seconds from the first SUB to the last PONG.
   */
  async openGrid(options: { address: Address; rows: number; columns: number; payloadBytes: number }): Promise<number> {
    const frame = `MSG ${gridSubject(0, 0)} ${gridSid(0)} ${options.payloadBytes}\r\n${payload(options.payloadBytes)}\r\n`;
    const commands: Buffer[] = [];
    for (let row = 0; row < options.rows; row += 1) {
      this.#add(await Connection.open(options.address), { frameBytes: frame.length, period: null });
      const subs = Array.from({ length: options.columns }, (_, column) => {
        return `SUB ${gridSubject(row, column)} ${gridSid(column)}\r\n`;
      });
      commands.push(Buffer.from(subs.join('')));
    }
    const startedAt = nowSeconds();
    const pongs = this.#members.map(({ connection }, row) => {
      connection.write(commands[row]);
      return connection.ping();
    });
    return Math.max(...(await Promise.all(pongs))) - startedAt;
  }

  /**
   * Waits until `expectedTotal` messages have come since the last call, over all connections, and then for a PONG on each, so
   * that any message too many is counted as well. `lastAt` is when the last message came.
   */
  async finish(options: { expectedTotal: number }): Promise<Received> {
    await this.#arrival(options.expectedTotal);
    const lastAt = this.#lastAt;
    await Promise.all(this.#members.map(({ connection }) => connection.ping()));
    const messages = this.#members.map((member) => {
      const news = member.counter.messages - member.reported;
      member.reported = member.counter.messages;
      return news;
    });
    this.#total = 0;
    this.#expectedTotal = Number.POSITIVE_INFINITY;
    return { messages, lastAt };
  }

  #add(connection: Connection, shape: { frameBytes: number; period: Buffer | null }): void {
    const counter = new FrameCounter(shape, (line) => connection.control(line));
    connection.reader = (chunk) => {
      const before = counter.messages;
      counter.push(chunk);
      if (counter.messages === before) return;
      this.#total += counter.messages - before;
      this.#lastAt = nowSeconds();
      if (this.#total >= this.#expectedTotal) this.#arrived();
    };
    this.#members.push({ connection, counter, reported: 0 });
  }

  #arrival(expected: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let seen = this.#total;
      const watch = setInterval(() => {
        if (this.#total === seen) fail(new Error(`${this.#total} of ${expected} messages arrived`));
        seen = this.#total;
      }, SILENCE_MS_MAX);
      const fail = (error: Error): void => {
        clearInterval(watch);
        reject(error);
      };
      for (const { connection } of this.#members) connection.whenFailed(fail);
      this.#arrived = () => {
        clearInterval(watch);
        resolve();
      };
      this.#expectedTotal = expected;
      if (this.#total >= expected) this.#arrived();
    });
  }
}

async function openElsewhere(address: Address, avoidGateway: number | undefined): Promise<Connection> {
  for (let tries = 0; tries < GATEWAY_TRIES_MAX; tries += 1) {
    const connection = await Connection.open(address);
    if (avoidGateway === undefined || connection.info.skein_gateway !== avoidGateway) return connection;
    await connection.close();
  }
  throw new Error(`no connection landed on a gateway other than ${avoidGateway} in ${GATEWAY_TRIES_MAX} tries`);
}
