import { startServer, WireClient } from '@skein/testing';

/** What is asked of the system account, with `<id>` for the server's id and `<cid>` for the id of the client `idle`. */
interface Asked {
  subject: string;
  body?: string;
  headers?: string;
  /** The user who asks; the system account's by default. */
  by?: 'app' | 'limited';
}

/** What came in answer; null: nothing. */
export type Answer = { headers?: string; body: unknown } | null;

export interface Facts {
  /** By subject, the first of each. */
  events: Record<string, unknown>;
  /** By what was asked, as text. */
  answers: Record<string, Answer>;
}

export const conf = `
server_name: facts
http: "127.0.0.1:-1"
server_tags: ["az:1", "blue"]
server_metadata: { rack: "7" }
system_account: SYS
accounts {
  SYS { users: [ { user: sys, password: p } ] }
  APP { users: [
    { user: app, password: p }
    { user: limited, password: p, permissions: {
      publish: { allow: ["$SYS.REQ.USER.INFO", "_INBOX.>"], deny: "x.y" }
      subscribe: ["_INBOX.>", "foo q"]
      allow_responses: { max: 5, expires: "1m" }
    } }
  ] }
  BPP { users: [ { user: bpp, password: p } ] }
}
`;

const PAGES = [
  'VARZ',
  'SUBSZ',
  'CONNZ',
  'ROUTEZ',
  'GATEWAYZ',
  'LEAFZ',
  'ACCOUNTZ',
  'JSZ',
  'HEALTHZ',
  'RAFTZ',
  'STATSZ',
];
const FILTERS = [
  '{"server_name":"act"}',
  '{"server_name":"act","exact_match":true}',
  '{"cluster":"x"}',
  '{"host":"127"}',
  '{"tags":["BLUE","az:1"]}',
  '{"tags":["blu"]}',
  '{"domain":"x"}',
  '{"server_name":5}',
  '{"tags":"blue"}',
  '[]',
  'null',
];
const IMPORTED = [
  '$SYS.REQ.USER.INFO',
  '$SYS.REQ.SERVER.PING.CONNZ',
  '$SYS.REQ.ACCOUNT.PING.STATZ',
  '$SYS.REQ.ACCOUNT.PING.CONNZ',
];
const NOT_IMPORTED = [
  '$SYS.REQ.SERVER.PING',
  '$SYS.REQ.SERVER.<id>.VARZ',
  '$SYS.REQ.ACCOUNT.APP.INFO',
  '$SYS.DEBUG.SUBSCRIBERS',
];

const server = (name: string, body?: string): Asked => ({ subject: `$SYS.REQ.SERVER.<id>.${name}`, body });
const account = (name: string, body?: string): Asked => ({ subject: `$SYS.REQ.ACCOUNT.${name}`, body });

const questions: Asked[] = [
  ...['IDZ', ...PAGES, 'IPQUEUESZ', 'EXPVARZ', 'PROFILEZ'].map((name) => server(name)),
  ...['', '.IDZ', ...PAGES.map((name) => `.${name}`)].map((name) => ({ subject: `$SYS.REQ.SERVER.PING${name}` })),
  ...FILTERS.flatMap((body) => ['', '.CONNZ'].map((name) => ({ subject: `$SYS.REQ.SERVER.PING${name}`, body }))),
  server('IDZ', '{"server_name":"nope"}'),
  server('FOO'),
  ...PAGES.map((name) => server(name, '[1]')),
  server('CONNZ', '{"sort":"bogus"}'),
  server('CONNZ', '{"limit":"x"}'),
  server('CONNZ', '{"state":1}'),
  server('CONNZ', '{"cid":<cid>,"auth":true,"subscriptions":true}'),
  server('CONNZ', '{"acc":"APP","auth":true,"subscriptions_detail":true}'),
  server('SUBSZ', '{"test":"foo..x","subscriptions":true}'),
  server('SUBSZ', '{"account":"NOPE"}'),
  server('ACCOUNTZ', '{"account":"NOPE"}'),
  server('PROFILEZ', '{"name":"bogus"}'),
  server('PROFILEZ', '{"name":"cpu"}'),
  server('RELOAD', '[1]'),
  server('RELOAD'),
  server('LDM', '{"cid":999999}'),
  server('KICK', '{"cid":999999}'),
  server('KICK', '{}'),
  ...['CONNZ', 'SUBSZ', 'LEAFZ', 'JSZ', 'CONNS', 'INFO', 'STATZ'].map((name) => account(`APP.${name}`)),
  ...['LEAFZ', 'JSZ', 'CONNS', 'INFO', 'STATZ', 'FOO'].map((name) => account(`NOPE.${name}`)),
  account('APP.CONNZ', '{"sort":"bogus"}'),
  account('APP.CONNZ', '{"acc":"SYS"}'),
  account('APP.STATZ', '{"accounts":["SYS"]}'),
  account('BPP.STATZ'),
  account('PING.STATZ'),
  account('PING.STATZ', '{"accounts":["BPP"]}'),
  account('PING.STATZ', '{"accounts":["BPP"],"include_unused":true}'),
  account('PING.STATZ', '{"accounts":["NOPE"],"include_unused":true}'),
  account('PING.STATZ', '{"include_unused":true}'),
  ...['', 'foo.x', 'bar', 'a b c'].map((body) => ({ subject: '$SYS.DEBUG.SUBSCRIBERS', body })),
  account('NSUBS', '{"acc":"APP","subject":"foo.x"}'),
  { subject: '$SYS.REQ.USER.INFO' },
  { subject: '$SYS.REQ.USER.APP.INFO' },
  ...IMPORTED.map((subject): Asked => ({ subject, by: 'app' })),
  ...NOT_IMPORTED.map((subject): Asked => ({ subject, by: 'app' })),
  { subject: '$SYS.REQ.SERVER.PING.CONNZ', body: '{"acc":"SYS","auth":true}', by: 'app' },
  { subject: '$SYS.REQ.USER.INFO', by: 'limited' },
  { ...server('VARZ'), headers: 'Accept-Encoding: br' },
  { ...server('STATSZ'), headers: 'Accept-Encoding: br' },
  // What they do is seen in the events.
  server('LDM', '{"cid":<cid>}'),
  server('KICK', '{"cid":<cid>}'),
];

const nameOf = ({ subject, body, headers, by }: Asked): string =>
  [by ?? 'sys', subject, body ?? '', headers ?? ''].join(' ').trim();

/**
 * Holds one conversation with a server. `silent` are the names of those questions that get no answer: with a real server it is
 * not known yet, and half a second without one is taken for silence.
 */
export async function converse(binary: string, silent?: ReadonlySet<string>): Promise<Facts> {
  const running = await startServer(binary, { conf });
  const clients: WireClient[] = [];
  const enter = async (user: string, name: string, pass = 'p'): Promise<Asker> => {
    const client = await WireClient.connect({ port: running.port });
    clients.push(client);
    const asker = new Asker(client, `_INBOX.${name}`);
    await asker.enter({ user, pass, name, lang: 'facts', version: '1' });
    return asker;
  };
  try {
    const watcher = await enter('sys', 'watcher');
    await watcher.subscribe('$SYS.ACCOUNT.>', '$SYS.SERVER.>');
    const askers = {
      sys: await enter('sys', 'asker'),
      app: await enter('app', 'app'),
      limited: await enter('limited', 'limited'),
    };
    const idle = await enter('app', 'idle');
    await idle.subscribe('foo.*', 'bar');
    const ids: Record<string, string> = { '<id>': askers.sys.info('server_id'), '<cid>': idle.info('client_id') };
    const filled = (text: string): string => text.replaceAll(/<c?id>/g, (name) => ids[name]);
    const answers: Facts['answers'] = {};
    for (const asked of questions) {
      const name = nameOf(asked);
      const asker = askers[asked.by ?? 'sys'];
      const waitMs = silent === undefined ? 500 : silent.has(name) ? 0 : 5000;
      answers[name] = await asker.ask(filled(asked.subject), filled(asked.body ?? ''), asked.headers ?? '', waitMs);
    }
    await idle.closed();
    (await enter('app', 'wrong', 'x')).destroy();
    // Statistics come soon after the start, and again: by then all else has been said.
    await watcher.hears(['.STATSZ', '.CLIENT.AUTH.ERR', '$G.DISCONNECT']);
    const events: Facts['events'] = {};
    for (const { subject, body } of watcher.messages()) {
      if (subject.startsWith('_INBOX')) continue;
      events[subject.replace(ids['<id>'], '<id>')] ??= JSON.parse(body);
    }
    // What was silent has to have been so to the end.
    for (const asker of Object.values(askers)) asker.checkSilence();
    return { events, answers };
  } finally {
    for (const client of clients) client.destroy();
    await running.stop();
  }
}

interface Message {
  subject: string;
  headers?: string;
  body: string;
}

/** A client that asks one question after the other, each with an inbox of its own. */
class Asker {
  readonly #client: WireClient;
  readonly #inbox: string;
  readonly #silent = new Set<string>();
  #asked = 0;

  constructor(client: WireClient, inbox: string) {
    this.#client = client;
    this.#inbox = inbox;
  }

  async enter(connect: object): Promise<void> {
    const options = { verbose: false, protocol: 1, headers: true, no_responders: true, ...connect };
    await this.#client.send(`CONNECT ${JSON.stringify(options)}\r\nPING\r\n`);
    await this.#client.expect(/PONG\r\n|-ERR .*\r\n/);
  }

  info(key: string): string {
    return String(this.#client.info?.[key]);
  }

  async subscribe(...patterns: string[]): Promise<void> {
    for (const [i, pattern] of patterns.entries()) await this.#client.send(`SUB ${pattern} s${i}\r\n`);
    await this.#client.sync(1);
  }

  async ask(subject: string, body: string, headers: string, waitMs: number): Promise<Answer> {
    const inbox = `${this.#inbox}.${++this.#asked}`;
    const block = headers === '' ? '' : `NATS/1.0\r\n${headers}\r\n\r\n`;
    const sizes = block === '' ? `${body.length}` : `${block.length} ${block.length + body.length}`;
    const verb = block === '' ? 'PUB' : 'HPUB';
    await this.#client.send(
      `SUB ${inbox} ${this.#asked}\r\n${verb} ${subject} ${inbox} ${sizes}\r\n${block}${body}\r\n`,
    );
    if (waitMs > 0)
      await this.#client.expect(new RegExp(`MSG ${inbox.replaceAll('.', '\\.')} .*\\r\\n`), waitMs).catch(() => {});
    // The rest of the message has come with the next PONG.
    await this.#client.sync();
    const found = this.messages().find((message) => message.subject === inbox);
    if (found === undefined) {
      this.#silent.add(inbox);
      return null;
    }
    return { ...(found.headers !== undefined && { headers: found.headers }), body: parsed(found.body) };
  }

  checkSilence(): void {
    const late = this.messages().find(({ subject }) => this.#silent.has(subject));
    if (late !== undefined) throw new Error(`answered after all: ${late.subject} ${late.body}`);
  }

  /** Waits for messages on subjects that end so, in any order. */
  async hears(ends: readonly string[]): Promise<void> {
    const escaped = ends.map((end) => end.replaceAll(/[.$]/g, '\\$&'));
    const each = escaped.map((end) => `(?=[^]*MSG \\S*${end} [^\\n]*\\n[^\\n]*\\n)`);
    await this.#client.expect(new RegExp(each.join('')), 15_000);
  }

  closed(): Promise<void> {
    return this.#client.closed();
  }

  destroy(): void {
    this.#client.destroy();
  }

  messages(): Message[] {
    return this.#client.frames.flatMap((frame) => {
      const bytes = Buffer.from(frame, 'latin1');
      const [verb, subject, ...rest] = frame.slice(0, frame.indexOf('\r\n')).split(' ');
      if (verb !== 'MSG' && verb !== 'HMSG') return [];
      const payload = bytes.subarray(bytes.indexOf('\r\n') + 2, -2);
      const headerBytes = verb === 'HMSG' ? Number(rest.at(-2)) : 0;
      const headers = headerBytes > 0 ? { headers: payload.toString('utf8', 0, headerBytes) } : {};
      return [{ subject, ...headers, body: payload.toString('utf8', headerBytes) }];
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
