import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, startServer } from '../server-process.ts';
import { WireClient } from '../wire-client.ts';
import { configurations, type More, type Request, type Scene } from './scene.ts';

/** What was asked, and what came; none: nobody answered. Status lines and headers come before the text. */
export interface Said {
  asked: string;
  answers: unknown[];
}

/** So long is a silence in which nobody answers. */
const SILENCE_MS = 400;
const ANSWER_MS = 5000;

/** Servers of a conversation, each started when first needed. */
export class Stage {
  readonly #binary: string;
  readonly #running = new Map<keyof typeof configurations, ServerProcess>();
  readonly #folders: string[] = [];

  constructor(binary: string) {
    this.#binary = binary;
  }

  /** @param isSilent whether nobody answered it when this was recorded: then nobody is waited for long */
  async play({ server, user, steps }: Scene, isSilent?: (step: number) => boolean): Promise<Said[]> {
    const { port } = await this.#server(server);
    const client = await WireClient.connect({ port });
    const options = { verbose: false, headers: true, no_responders: true, ...(user && { user, pass: 'p' }) };
    await client.send(`CONNECT ${JSON.stringify(options)}\r\n`);
    await client.sync();
    const asker = new Asker(client);
    try {
      await clear(asker);
      await asker.countAnew();
      const said: Said[] = [];
      for (const [i, step] of steps.entries()) said.push(await asker.say(step, isSilent?.(i)));
      asker.checkSilence();
      await clear(asker);
      return said;
    } finally {
      client.destroy();
    }
  }

  async close(): Promise<void> {
    for (const server of this.#running.values()) await server.stop();
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true });
  }

  async #server(name: keyof typeof configurations): Promise<ServerProcess> {
    const known = this.#running.get(name);
    if (known !== undefined) return known;
    const folder = await mkdtemp(join(tmpdir(), 'skein-js-'));
    this.#folders.push(folder);
    const server = await startServer(this.#binary, { conf: configurations[name].replace('STORE', folder) });
    this.#running.set(name, server);
    return server;
  }
}

/** The account has no streams afterwards. */
async function clear(asker: Asker): Promise<void> {
  const { answers } = await asker.say(['STREAM.NAMES']);
  const { streams } = (answers[0] ?? {}) as { streams?: string[] };
  for (const name of streams ?? []) await asker.say([`STREAM.DELETE.${name}`]);
}

class Asker {
  readonly #client: WireClient;
  readonly #silent = new Set<string>();
  #asked = 0;
  /** What the account had asked, and been refused, before the scene. */
  #before = { total: 0, errors: 0 };

  constructor(client: WireClient) {
    this.#client = client;
  }

  /** What `api` counts begins with the scene. */
  async countAnew(): Promise<void> {
    const { answers } = await this.say(['INFO']);
    const { api } = (answers[0] ?? {}) as { api?: { total: number; errors: number } };
    if (api !== undefined) this.#before = api;
  }

  async say([subject, body = '', more = {}]: Request, isSilent?: boolean): Promise<Said> {
    const sid = `${++this.#asked}`;
    const inbox = `inbox.${sid}`;
    const { headers = [], until, silent = false }: More = more;
    const to = /^[A-Z]{2}/.test(subject) ? `$JS.API.${subject}` : subject;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const block = headers.length === 0 ? '' : `NATS/1.0\r\n${headers.join('\r\n')}\r\n\r\n`;
    const sizes = block === '' ? `${text.length}` : `${block.length} ${block.length + text.length}`;
    // What is delivered has the stream's subject, so the subscription tells whose answer it is.
    await this.#client.send(`SUB ${inbox} ${sid}\r\n`);
    await this.#client.send(`${block === '' ? 'PUB' : 'HPUB'} ${to} ${inbox} ${sizes}\r\n${block}${text}\r\n`);
    const asked = `${to} ${headers.map((line) => `[${short(line)}] `).join('')}${short(text)}`.trim();
    if (isSilent !== true) {
      const wait = isSilent === undefined && silent ? SILENCE_MS : ANSWER_MS;
      await this.#await(sid, until, wait);
    }
    const found = this.#messages(sid);
    if (found.length === 0) this.#silent.add(sid);
    return { asked, answers: found.map((one) => readable(one, this.#before)) };
  }

  /** Nobody who was silent has answered since. */
  checkSilence(): void {
    for (const sid of this.#silent) {
      const [late] = this.#messages(sid);
      if (late !== undefined) throw new Error(`answered after all: ${late}`);
    }
  }

  async #await(sid: string, until: RegExp | undefined, wait: number): Promise<void> {
    const head = new RegExp(`MSG \\S+ ${sid} [^\\r]*\\r\\n`);
    for (;;) {
      const isThere = await this.#client.expect(head, wait).then(
        () => true,
        () => false,
      );
      await this.#client.sync();
      const last = this.#messages(sid).at(-1);
      if (!isThere || until === undefined || (last !== undefined && until.test(last))) return;
    }
  }

  #messages(sid: string): string[] {
    return this.#client.frames.flatMap((frame) => {
      const [verb, subject, id, reply] = frame.slice(0, frame.indexOf('\r\n')).split(' ');
      if ((verb !== 'MSG' && verb !== 'HMSG') || id !== sid) return [];
      const text = frame.slice(frame.indexOf('\r\n') + 2, -2);
      return [subject === `inbox.${sid}` ? text : `${subject} ${reply}: ${text}`];
    });
  }
}

const LONG = 300;
const short = (text: string): string => (text.length > LONG ? `${text.slice(0, 40)}… (${text.length})` : text);

/** JSON as an object, without what differs from run to run. */
function readable(text: string, before: { total: number; errors: number }): unknown {
  if (!text.startsWith('{')) {
    const isDelivery = /^\S+ \$JS\.ACK/.test(text);
    return (isDelivery ? text.replace(/\.\d{19}\./, '.T.') : text).replace(/(Nats-Time-Stamp: )\S+/, '$1T');
  }
  return JSON.parse(text, (key, value) => {
    if (key === 'ts' || key === 'created') return 'T';
    if (key === 'api') return { ...value, total: value.total - before.total, errors: value.errors - before.errors };
    if (key === 'first_ts' || key === 'last_ts' || key === 'time' || key === 'last_active') {
      return (value as string).startsWith('0001') ? value : 'T';
    }
    if (key === 'pause_remaining') return 'T';
    if (key === 'name' && /^[A-Za-z0-9]{8}$/.test(value as string)) return 'MADE-UP';
    return value;
  });
}
