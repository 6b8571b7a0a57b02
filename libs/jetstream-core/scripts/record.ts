/**
 * Plays the scenarios of `src/recorded/stream/*.json` to a nats-server and writes down what it answers:
 * `node libs/jetstream-core/scripts/record.ts PATH_TO_NATS_SERVER [FILE…]`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Answer, readAnswer, type Scenario, type Step } from '../src/recorded/scenario.ts';

const SILENCE_MS = 400;
const FOLLOWING_MS = 60;

class Client {
  readonly #socket: Socket;
  #buffer: Buffer = Buffer.alloc(0);
  #inbox = 0;
  readonly #answers = new Map<string, Answer[]>();
  readonly heard: Answer[] = [];
  /** Of fast batches. */
  #flow: Answer[] = [];

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.write(
      'CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB inbox.* 1\r\nSUB fi.> 3\r\n',
    );
    this.#socket.on('data', (data) => this.#read(data as Buffer));
  }

  close(): void {
    this.#socket.destroy();
  }

  listen(subject: string): void {
    this.#socket.write(`SUB ${subject} 2\r\n`);
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
  async ask(subject: string, lines: readonly string[], body: Buffer): Promise<Answer[]> {
    const inbox = `inbox.${++this.#inbox}`;
    const answers: Answer[] = [];
    this.#answers.set(inbox, answers);
    this.publish(subject, lines, body, inbox);
    for (let waited = 0; answers.length === 0 && waited < SILENCE_MS; waited += 2) await setTimeout(2);
    const hasMore = subject.includes('.DIRECT.') && /batch|multi_last/.test(body.toString());
    if (hasMore) await setTimeout(FOLLOWING_MS);
    return answers;
  }

  /** Puts a message into a fast batch. @returns all that is said to that */
  async append(subject: string, lines: readonly string[], body: Buffer, reply: string): Promise<Answer[]> {
    this.publish(subject, lines, body, reply);
    await setTimeout(FOLLOWING_MS);
    return this.#flow.splice(0);
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
      const headerBytes = verb === 'HMSG' ? Number(fields.at(-2)) : 0;
      const content = Buffer.from(this.#buffer.subarray(end + 2, end + 2 + total));
      this.#buffer = this.#buffer.subarray(end + 4 + total);
      this.#take(fields[0] as string, fields[1] as string, content, headerBytes);
    }
  }

  #take(subject: string, sid: string, content: Buffer, headerBytes: number): void {
    const answer = readAnswer(content, headerBytes);
    if (sid === '3') this.#flow.push(answer);
    else if (sid === '2') this.heard.push({ subject, ...answer });
    else this.#answers.get(subject)?.push(answer);
  }
}

const encode = (body: string | object = ''): Buffer =>
  Buffer.from(typeof body === 'string' ? body : JSON.stringify(body), 'latin1');

async function play(client: Client, { config, steps }: Scenario): Promise<Scenario> {
  await client.ask('$JS.API.STREAM.DELETE.S', [], encode());
  client.heard.length = 0;
  const [created] = await client.ask('$JS.API.STREAM.CREATE.S', [], encode({ name: 'S', ...config }));
  if (created === undefined || 'error' in created) throw new Error(`not created: ${JSON.stringify(created)}`);
  const played: Step[] = [];
  for (const { answers: _, heard: __, ...step } of steps) {
    if (step.seconds !== undefined) {
      await setTimeout(step.seconds * 1000);
      played.push(step);
      continue;
    }
    const { to = '', headers = [], body, reply } = step;
    const answers =
      reply === undefined
        ? await client.ask(to, headers, encode(body))
        : await client.append(to, headers, encode(body), reply);
    const heard = client.heard.splice(0);
    played.push({ ...step, answers, ...(heard.length > 0 && { heard }) });
  }
  return { config, steps: played };
}

const [server = '', ...files] = process.argv.slice(2);
const folder = fileURLToPath(new URL('../src/recorded/stream/', import.meta.url));
const port = 20_000 + (process.pid % 20_000);
const store = mkdtempSync(join(tmpdir(), 'record-'));
const child = spawn(server, ['-a', '127.0.0.1', '-p', `${port}`, '-js', '-sd', store], { stdio: 'ignore' });
await setTimeout(1500);
const client = new Client(port);
// Where scenarios republish to.
client.listen('re.>');
try {
  for (const file of files.length > 0 ? files : readdirSync(folder)) {
    const scenarios: Record<string, Scenario> = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const played: Record<string, Scenario> = {};
    for (const [name, scenario] of Object.entries(scenarios)) {
      played[name] = await play(client, scenario).catch((error) => {
        throw new Error(`${file}: ${name}`, { cause: error });
      });
    }
    writeFileSync(join(folder, file), `${JSON.stringify(played, undefined, 2)}\n`);
  }
} finally {
  client.close();
  child.kill();
  rmSync(store, { recursive: true, force: true });
}
