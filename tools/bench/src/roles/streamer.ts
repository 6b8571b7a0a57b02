import { nowSeconds } from '../clock.ts';
import { type Address, Connection } from '../connection.ts';
import { payload } from '../frames.ts';

const PAYLOAD_BYTES = 128;
/** Once in every message that a stream keeps, and nowhere else. */
const MARK = 0x01;
/** Once in every acknowledgement of a publish. */
const BRACE = 0x7d;
const INBOX = '_INBOX.bench';
const PONG = 'PONG\r\n';
const ACKED = /MSG \S+ \d+ (\$JS\.ACK\.\S+) \d+\r\n/g;

/** They have no divisor in common with a number of subjects that is a power of ten. */
const STRIDES = [1, 611_953, 322_573, 774_533];

/** Of each pass over all subjects, one after the other in an order of its own: `<number % 10>.<number>`. */
function scattered(index: number, subjects: number): string {
  const stride = STRIDES[Math.floor(index / subjects) % STRIDES.length] as number;
  const number = ((index % subjects) * stride) % subjects;
  return `${number % 10}.${number}`;
}

const bodyOf = (bytes: number): string => Buffer.concat([Buffer.from([MARK]), payload(bytes - 1)]).toString('latin1');
const BODY = bodyOf(PAYLOAD_BYTES);

/** What is said now and then of a fast batch. */
const FLOW = /"seq":(\d+),"msgs":(\d+)\}/g;

const published = (subject: string, index: number, body: string): string =>
  `PUB ${subject} ${INBOX}.${index} ${body.length}\r\n${body}\r\n`;

/** One client of JetStream, that counts what it gets rather than read it. Rates are messages a second. */
export class Streamer {
  #connection!: Connection;
  /** Consumers of the same stream need names of their own. */
  #consumers = 0;
  #batches = 0;

  async open({ address }: { address: Address }): Promise<void> {
    this.#connection = await Connection.open(address);
    this.#connection.write(`SUB ${INBOX}.> 1\r\n`);
    await this.#connection.ping();
  }

  async create({ name, storage }: { name: string; storage: 'file' | 'memory' }): Promise<void> {
    const config = { name, subjects: [`${name}.>`], storage, max_msgs_per_subject: name === 'KV' ? 1 : -1 };
    const batches = { allow_atomic: true, allow_batched: true };
    await this.#ask(`$JS.API.STREAM.CREATE.${name}`, { ...config, ...batches, allow_direct: true });
  }

  /** Publishes, never more than so many that are not acknowledged. */
  async publish(load: { stream: string; messages: number; inFlight: number; subjects: number }): Promise<number> {
    const { stream, subjects } = load;
    return this.#windowed(load, BRACE, (index) => published(`${stream}.${index % subjects}`, index, BODY));
  }

  /** As `publish`: the messages from this number on, over subjects that come in another order each time. */
  async publishScattered(load: {
    stream: string;
    from: number;
    messages: number;
    inFlight: number;
    subjects: number;
    payloadBytes: number;
  }): Promise<number> {
    const { stream, from, subjects, payloadBytes } = load;
    const body = bodyOf(payloadBytes);
    return this.#windowed(load, BRACE, (index) =>
      published(`${stream}.${scattered(from + index, subjects)}`, index, body),
    );
  }

  /** As `publish`, to so many streams in turn, which are called `prefix` and a number. */
  async publishAcross(load: { prefix: string; streams: number; messages: number; inFlight: number }): Promise<number> {
    const { prefix, streams } = load;
    return this.#windowed(load, BRACE, (index) => published(`${prefix}${index % streams}.x`, index, BODY));
  }

  /** In atomic batches (ADR-50), so many of them under way at once. */
  async publishAtomically(load: {
    stream: string;
    messages: number;
    batch: number;
    inFlight: number;
  }): Promise<number> {
    const { stream, messages, batch, inFlight } = load;
    const batches = Math.ceil(messages / batch);
    const rate = await this.#windowed({ messages: batches, inFlight }, BRACE, () => {
      const id = `B${++this.#batches}`;
      return Array.from({ length: batch }, (_, i) => {
        const commit = i === batch - 1 ? 'Nats-Batch-Commit:1\r\n' : '';
        const head = `NATS/1.0\r\nNats-Batch-Id:${id}\r\nNats-Batch-Sequence:${i + 1}\r\n${commit}\r\n`;
        // Who begins hears that it may, with nothing in it; who commits is acknowledged.
        const reply = i === 0 || commit !== '' ? `${INBOX}.${id} ` : '';
        return `HPUB ${stream}.0 ${reply}${head.length} ${head.length + PAYLOAD_BYTES}\r\n${head}${BODY}\r\n`;
      }).join('');
    });
    return rate * batch;
  }

  /** In one fast batch (ADR-50), never more than so many behind what was acknowledged. */
  async publishFast(load: { stream: string; messages: number; inFlight: number }): Promise<number> {
    const { stream, messages, inFlight } = load;
    const connection = this.#connection;
    const id = `F${++this.#batches}`;
    const frame = (place: number): string => {
      const operation = place === 1 ? 0 : place === messages ? 2 : 1;
      const reply = `${INBOX}.${id}.${inFlight / 2}.ok.${place}.${operation}.$FI`;
      return `PUB ${stream}.0 ${reply} ${PAYLOAD_BYTES}\r\n${BODY}\r\n`;
    };
    return new Promise((resolve, reject) => {
      connection.whenFailed(reject);
      const startedAt = nowSeconds();
      let sent = 1;
      let rest = '';
      connection.reader = (chunk) => {
        this.#answerPing(chunk);
        const text = rest + chunk.toString('latin1');
        if (text.includes('"batch"')) {
          resolve(messages / (nowSeconds() - startedAt));
          return;
        }
        let window = 0;
        for (const [, seq, flow] of text.matchAll(FLOW)) window = Number(seq) + 2 * Number(flow);
        rest = text.slice(-256);
        const frames: string[] = [];
        for (const end = Math.min(messages, window); sent < end; ) frames.push(frame(++sent));
        if (frames.length > 0) connection.write(Buffer.from(frames.join(''), 'latin1'));
      };
      // The server says how many it acknowledges at once before more is sent.
      connection.write(frame(1));
    });
  }

  /** The newest message of each of the subjects. */
  async getLast(load: { stream: string; messages: number; inFlight: number; subjects: number }): Promise<number> {
    const { stream, subjects } = load;
    const subject = `$JS.API.DIRECT.GET.${stream}.${stream}`;
    return this.#windowed(load, MARK, (index) => published(`${subject}.${index % subjects}`, index, ''));
  }

  /** By a pull consumer; the next batch is asked for when half of the one before has come. */
  async consume(load: {
    stream: string;
    messages: number;
    batch: number;
    acknowledges: boolean;
    filter?: string;
  }): Promise<number> {
    const { stream, messages, batch, acknowledges, filter } = load;
    const name = `C${++this.#consumers}`;
    const config = {
      ...{ durable_name: name, ack_policy: acknowledges ? 'explicit' : 'none', max_ack_pending: 10 * batch },
      ...(filter !== undefined && { filter_subject: filter }),
    };
    await this.#ask(`$JS.API.CONSUMER.CREATE.${stream}.${name}`, { stream_name: stream, config });
    const request = JSON.stringify({ batch });
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`;
    const frame = `PUB ${subject} ${INBOX}.pull ${request.length}\r\n${request}\r\n`;
    let asked = 0;
    let rest = '';
    return this.#counted(
      messages,
      MARK,
      (got) => {
        while (asked < messages && asked - got <= batch / 2) {
          this.#connection.write(frame);
          asked += batch;
        }
      },
      acknowledges
        ? (chunk) => {
            const text = rest + chunk.toString('latin1');
            const acks: string[] = [];
            let end = 0;
            for (const found of text.matchAll(ACKED)) {
              acks.push(`PUB ${found[1]} 4\r\n+ACK\r\n`);
              end = found.index + found[0].length;
            }
            if (acks.length > 0) this.#connection.write(acks.join(''));
            rest = text.slice(Math.max(end, text.length - 512));
          }
        : undefined,
    );
  }

  /** By sequence: one at a time, or so many at once. */
  async get({ stream, messages, batch }: { stream: string; messages: number; batch: number }): Promise<number> {
    let asked = 0;
    return this.#counted(messages, MARK, (got) => {
      if (got < asked || asked >= messages) return;
      const request = JSON.stringify({ seq: asked + 1, ...(batch > 1 && { batch }) });
      this.#connection.write(`PUB $JS.API.DIRECT.GET.${stream} ${INBOX}.get ${request.length}\r\n${request}\r\n`);
      asked += batch;
    });
  }

  #windowed(
    { messages, inFlight }: { messages: number; inFlight: number },
    mark: number,
    frameOf: (index: number) => string,
  ): Promise<number> {
    let sent = 0;
    return this.#counted(messages, mark, (got) => {
      const frames: string[] = [];
      for (const end = Math.min(messages, got + inFlight); sent < end; sent++) frames.push(frameOf(sent));
      if (frames.length > 0) this.#connection.write(Buffer.from(frames.join(''), 'latin1'));
    });
  }

  /** Resolves with the rate when so many marks have come. @param next told how many there are, to send what is due */
  #counted(wanted: number, mark: number, next: (got: number) => void, look?: (chunk: Buffer) => void): Promise<number> {
    const connection = this.#connection;
    return new Promise((resolve, reject) => {
      connection.whenFailed(reject);
      const startedAt = nowSeconds();
      let got = 0;
      connection.reader = (chunk) => {
        this.#answerPing(chunk);
        for (const byte of chunk) if (byte === mark) got++;
        look?.(chunk);
        if (got < wanted) next(got);
        else resolve(wanted / (nowSeconds() - startedAt));
      };
      next(0);
    });
  }

  #ask(subject: string, body: object): Promise<void> {
    const connection = this.#connection;
    const text = JSON.stringify(body);
    return new Promise((resolve, reject) => {
      connection.whenFailed(reject);
      let heard = '';
      connection.reader = (chunk) => {
        this.#answerPing(chunk);
        heard += chunk.toString('latin1');
        if (heard.endsWith('}\r\n')) resolve();
      };
      connection.write(`PUB ${subject} ${INBOX}.ask ${text.length}\r\n${text}\r\n`);
    });
  }

  #answerPing(chunk: Buffer): void {
    if (chunk.includes('PING\r\n')) this.#connection.write(PONG);
    if (chunk.includes('"error"') || chunk.includes('-ERR')) throw new Error(chunk.toString('latin1').slice(0, 300));
  }
}
