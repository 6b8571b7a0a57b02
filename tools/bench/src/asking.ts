import { type Address, Connection } from './connection.ts';

const INBOX = '_INBOX.ask';
const HEADED = /^(?:H?MSG) \S+\.(\d+) \d+ (?:(\d+) )?(\d+)$/;

interface Pending {
  resolve(body: string): void;
  reject(error: Error): void;
}

/** A connection for requests of which many may be under way. */
export class Asking {
  readonly #connection: Connection;
  readonly #pending = new Map<number, Pending>();
  #asked = 0;
  #text = '';
  /** Of the reply whose head was read. */
  #reply: { number: number; headerBytes: number; bytes: number } | null = null;

  private constructor(connection: Connection) {
    this.#connection = connection;
    connection.reader = (chunk) => this.#read(chunk);
    connection.whenFailed((error) => {
      for (const { reject } of this.#pending.values()) reject(error);
      this.#pending.clear();
    });
    connection.write(`SUB ${INBOX}.* 1\r\n`);
  }

  static async open(address: Address): Promise<Asking> {
    const asking = new Asking(await Connection.open(address));
    await asking.#connection.ping();
    return asking;
  }

  /** Resolves with the reply's body; '' when nobody was there. Rejects when the connection is lost. */
  ask(subject: string, body = ''): Promise<string> {
    const number = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#pending.set(number, { resolve, reject });
      this.#connection.write(`PUB ${subject} ${INBOX}.${number} ${body.length}\r\n${body}\r\n`);
    });
  }

  /** A request to JetStream's API. @throws Error what it refuses */
  async api<T>(subject: string, body: object): Promise<T> {
    const answer = await this.ask(`$JS.API.${subject}`, JSON.stringify(body));
    if (answer === '') throw new Error(`nobody answers ${subject}`);
    const read = JSON.parse(answer) as T & { error?: { description: string } };
    if (read.error !== undefined) throw new Error(`${subject}: ${read.error.description}`);
    return read;
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #read(chunk: Buffer): void {
    this.#text += chunk.toString('latin1');
    for (;;) {
      if (this.#reply !== null) {
        const { number, headerBytes, bytes } = this.#reply;
        if (this.#text.length < bytes + 2) return;
        this.#pending.get(number)?.resolve(this.#text.slice(headerBytes, bytes));
        this.#pending.delete(number);
        this.#text = this.#text.slice(bytes + 2);
        this.#reply = null;
      }
      const end = this.#text.indexOf('\r\n');
      if (end < 0) return;
      const line = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      const head = HEADED.exec(line);
      if (head === null) this.#connection.control(line);
      else this.#reply = { number: Number(head[1]), headerBytes: Number(head[2] ?? 0), bytes: Number(head[3]) };
    }
  }
}
