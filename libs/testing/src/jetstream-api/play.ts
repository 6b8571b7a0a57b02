import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, startServer } from '../server-process.ts';
import { WireClient } from '../wire-client.ts';
import { converse, type Question, type Said } from './converse.ts';
import { configurations, type Scene } from './scene.ts';

/** So long is a silence in which nobody answers. */
const SILENCE_MS = 400;
const ANSWER_MS = 5000;

/** Servers of a conversation, each started when first needed. */
export class Stage {
  readonly #binary: string;
  readonly #conf: string;
  readonly #running = new Map<keyof typeof configurations, ServerProcess>();
  readonly #folders: string[] = [];

  /** @param conf text of a configuration file, beside the scenes' own */
  constructor(binary: string, conf = '') {
    this.#binary = binary;
    this.#conf = conf;
  }

  /** @param recorded what was said when it was recorded: where nobody answered, nobody is waited for */
  async play(scene: Scene, recorded?: readonly Said[]): Promise<Said[]> {
    const { port } = await this.#server(scene.server);
    const client = await WireClient.connect({ port });
    const { user } = scene;
    const options = { verbose: false, headers: true, no_responders: true, ...(user && { user, pass: 'p' }) };
    await client.send(`CONNECT ${JSON.stringify(options)}\r\n`);
    await client.sync();
    const asker = new Asker(client);
    try {
      const said = await converse((question) => asker.ask(question), scene, recorded);
      asker.checkSilence();
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
    const server = await startServer(this.#binary, {
      conf: `${configurations[name].replace('STORE', folder)}\n${this.#conf}`,
    });
    this.#running.set(name, server);
    return server;
  }
}

class Asker {
  readonly #client: WireClient;
  readonly #silent = new Set<string>();
  #asked = 0;

  constructor(client: WireClient) {
    this.#client = client;
  }

  async ask({ to, block, text, until, isAnswered }: Question): Promise<string[]> {
    const sid = `${++this.#asked}`;
    const inbox = `inbox.${sid}`;
    const sizes = block === '' ? `${text.length}` : `${block.length} ${block.length + text.length}`;
    // What is delivered has the stream's subject, so the subscription tells whose answer it is.
    await this.#client.send(`SUB ${inbox} ${sid}\r\n`);
    await this.#client.send(`${block === '' ? 'PUB' : 'HPUB'} ${to} ${inbox} ${sizes}\r\n${block}${text}\r\n`);
    if (isAnswered !== false) await this.#await(sid, until, isAnswered ? ANSWER_MS : SILENCE_MS);
    const found = this.#messages(sid);
    if (found.length === 0) this.#silent.add(sid);
    return found;
  }

  /** Nobody who was silent has answered since. */
  checkSilence(): void {
    for (const sid of this.#silent) {
      const [late] = this.#messages(sid);
      if (late !== undefined) throw new Error(`answered after all: ${late}`);
    }
  }

  async #await(sid: string, until: RegExp | undefined, waitMs: number): Promise<void> {
    const head = new RegExp(`MSG \\S+ ${sid} [^\\r]*\\r\\n`);
    for (;;) {
      const isThere = await this.#client.expect(head, waitMs).then(
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
