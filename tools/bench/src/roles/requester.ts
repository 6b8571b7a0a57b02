import { nowSeconds } from '../clock.ts';
import { type Address, Connection } from '../connection.ts';
import { payload } from '../frames.ts';
import { percentile } from '../statistics.ts';

const TOKEN_DIGITS = 9;
const CR_LF_BYTES = 2;
const SERVICE = 'bench.service';

/** Latencies in microseconds, over all requesters. */
export type Requested = { startedAt: number; endedAt: number; p50Us: number; p99Us: number };

/**
 * Requests in a closed loop, one in flight for each requester, through one wildcard inbox each, as client libraries do it:
 * every request has a reply subject that was never used before.
 */
class Requester {
  readonly #connection: Connection;
  readonly #request: Buffer;
  readonly #response: Buffer;
  readonly #requestToken: number;
  readonly #responseToken: number;
  #received = 0;
  #number = 0;
  #left = 0;
  #sentAt = 0;
  #latencies = new Float64Array(0);
  #done: () => void = () => {};

  constructor(connection: Connection, index: number, payloadBytes: number) {
    this.#connection = connection;
    const inbox = `_INBOX.bench${String(index).padStart(4, '0')}`;
    const zeros = '0'.repeat(TOKEN_DIGITS);
    const body = payload(payloadBytes);
    this.#request = Buffer.from(`PUB ${SERVICE} ${inbox}.${zeros} ${payloadBytes}\r\n${body}\r\n`);
    this.#response = Buffer.from(`MSG ${inbox}.${zeros} 1 ${payloadBytes}\r\n${body}\r\n`);
    this.#requestToken = this.#request.indexOf(zeros);
    this.#responseToken = this.#response.indexOf(zeros);
    connection.write(`SUB ${inbox}.* 1\r\n`);
  }

  run(requests: number): Promise<Float64Array> {
    this.#left = requests;
    this.#latencies = new Float64Array(requests);
    return new Promise((resolve, reject) => {
      this.#connection.whenFailed(reject);
      this.#connection.reader = (chunk) => this.#read(chunk);
      this.#done = () => resolve(this.#latencies);
      this.#send();
    });
  }

  #send(): void {
    this.#number += 1;
    let rest = this.#number;
    for (let digit = TOKEN_DIGITS - 1; digit >= 0; digit -= 1) {
      const value = 0x30 + (rest % 10);
      this.#request[this.#requestToken + digit] = value;
      this.#response[this.#responseToken + digit] = value;
      rest = Math.floor(rest / 10);
    }
    this.#received = 0;
    this.#sentAt = nowSeconds();
    // The buffer is changed only once its response is here, so it may be the same one every time.
    this.#connection.write(this.#request);
  }

  #read(chunk: Buffer): void {
    const end = this.#received + chunk.length;
    if (end > this.#response.length || this.#response.compare(chunk, 0, chunk.length, this.#received, end) !== 0) {
      this.#readWithControlLine(chunk);
      return;
    }
    this.#received = end;
    if (end === this.#response.length) this.#answered();
  }

  /** A PING of the server's came before, or after, the response. */
  #readWithControlLine(chunk: Buffer): void {
    const text = chunk.toString('latin1');
    const line = /(^|\r\n)((?:PING|PONG|INFO [^\r]*|-ERR [^\r]*)\r\n)/.exec(text);
    if (!line) throw new Error(`unexpected bytes instead of a response: ${JSON.stringify(text.slice(0, 80))}`);
    this.#connection.control(line[2].slice(0, -CR_LF_BYTES));
    const at = line.index + line[1].length;
    const others = text.slice(0, at) + text.slice(at + line[2].length);
    if (others.length > 0) this.#read(Buffer.from(others, 'latin1'));
  }

  #answered(): void {
    this.#left -= 1;
    this.#latencies[this.#left] = nowSeconds() - this.#sentAt;
    if (this.#left > 0) this.#send();
    else this.#done();
  }
}

export class Requesters {
  #requesters: Requester[] = [];

  async open(options: { address: Address; connections: number; payloadBytes: number }): Promise<void> {
    for (let index = 0; index < options.connections; index += 1) {
      const connection = await Connection.open(options.address);
      this.#requesters.push(new Requester(connection, index, options.payloadBytes));
      await connection.ping();
    }
  }

  async run(options: { messages: number }): Promise<Requested> {
    const startedAt = nowSeconds();
    const latencies = await Promise.all(this.#requesters.map((requester) => requester.run(options.messages)));
    const endedAt = nowSeconds();
    const sorted = Float64Array.from(latencies.flatMap((each) => Array.from(each))).sort();
    return { startedAt, endedAt, p50Us: percentile(sorted, 50) * 1e6, p99Us: percentile(sorted, 99) * 1e6 };
  }
}
