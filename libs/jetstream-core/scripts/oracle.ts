import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const START_MS = 1500;
const SILENCE_MS = 400;
const FOLLOWING_MS = 60;

export interface Heard {
  readonly sid: string;
  readonly subject: string;
  /** Empty: none. */
  readonly reply: string;
  readonly content: Buffer;
  readonly headerBytes: number;
}

/** A nats-server with JetStream in a folder of its own, and a client of it. */
export interface Oracle {
  readonly client: Client;
  stop(): void;
}

export async function startOracle(server: string): Promise<Oracle> {
  const port = 20_000 + (process.pid % 20_000);
  const store = mkdtempSync(join(tmpdir(), 'record-'));
  const child = spawn(server, ['-a', '127.0.0.1', '-p', `${port}`, '-js', '-sd', store], { stdio: 'ignore' });
  await setTimeout(START_MS);
  const client = new Client(port);
  const stop = (): void => {
    client.close();
    child.kill();
    rmSync(store, { recursive: true, force: true });
  };
  return { client, stop };
}

export class Client {
  readonly #socket: Socket;
  #buffer: Buffer = Buffer.alloc(0);
  #inbox = 0;
  readonly #answers = new Map<string, Heard[]>();
  /** What came for `listen`, in order. */
  readonly heard: Heard[] = [];

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1').setNoDelay(true);
    this.#socket.write('CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB inbox.* 1\r\n');
    this.#socket.on('data', (data) => this.#read(data as Buffer));
  }

  close(): void {
    this.#socket.destroy();
  }

  listen(subject: string, sid = '2', queue = ''): void {
    this.#socket.write(`SUB ${subject} ${queue} ${sid}\r\n`);
  }

  unlisten(sid: string): void {
    this.#socket.write(`UNSUB ${sid}\r\n`);
  }

  publish(subject: string, lines: readonly string[], body: Buffer, reply = ''): void {
    const headers = Buffer.from(lines.length > 0 ? `NATS/1.0\r\n${lines.join('\r\n')}\r\n\r\n` : '', 'latin1');
    const sizes = headers.length > 0 ? `${headers.length} ${headers.length + body.length}` : `${body.length}`;
    const verb = headers.length > 0 ? 'HPUB' : 'PUB';
    this.#socket.write(
      Buffer.concat([Buffer.from(`${verb} ${subject} ${reply} ${sizes}\r\n`), headers, body, Buffer.from('\r\n')]),
    );
  }

  /** All answers that come, in order. */
  async ask(subject: string, lines: readonly string[], body: Buffer): Promise<readonly Heard[]> {
    const inbox = `inbox.${++this.#inbox}`;
    const answers: Heard[] = [];
    this.#answers.set(inbox, answers);
    this.publish(subject, lines, body, inbox);
    for (let waited = 0; answers.length === 0 && waited < SILENCE_MS; waited += 2) await setTimeout(2);
    const hasMore = subject.includes('.DIRECT.') && /batch|multi_last/.test(body.toString());
    if (hasMore) await setTimeout(FOLLOWING_MS);
    return answers;
  }

  #read(data: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (;;) {
      const end = this.#buffer.indexOf('\r\n');
      if (end < 0) return;
      const [verb, ...fields] = this.#buffer.toString('latin1', 0, end).split(' ');
      if (verb !== 'MSG' && verb !== 'HMSG') {
        if (verb === 'PING') this.#socket.write('PONG\r\n');
        this.#buffer = this.#buffer.subarray(end + 2);
        continue;
      }
      const total = Number(fields.at(-1));
      if (this.#buffer.length < end + 2 + total + 2) return;
      const sizes = verb === 'HMSG' ? 2 : 1;
      const headerBytes = verb === 'HMSG' ? Number(fields.at(-2)) : 0;
      const content = Buffer.from(this.#buffer.subarray(end + 2, end + 2 + total));
      this.#buffer = this.#buffer.subarray(end + 4 + total);
      const [subject = '', sid = '', ...rest] = fields.slice(0, -sizes);
      this.#take({ sid, subject, reply: rest[0] ?? '', content, headerBytes });
    }
  }

  #take(heard: Heard): void {
    if (heard.sid === '1') this.#answers.get(heard.subject)?.push(heard);
    else this.heard.push(heard);
  }
}

export const encode = (body: string | object = ''): Buffer =>
  Buffer.from(typeof body === 'string' ? body : JSON.stringify(body), 'latin1');
