import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Link, Member, MemberHandlers, MemberOptions, Watch } from '@skein/bus';
import { nowhere } from '@skein/bus/testing';
import { defaultJetStreamOptions, type JetStreamOptions } from '@skein/config/jetstream';
import type { StoreConfiguration, StoreOptions } from '../options.ts';
import { createJetStreamStore, type JetStreamStore } from '../server.ts';

/** What the store handed to a gateway. */
export interface Sent {
  readonly account: string;
  readonly subject: string;
  /** What is seen in place of the subject; '' for nothing. */
  readonly shown: string;
  readonly reply: string;
  readonly headers: string;
  readonly body: string;
}

interface FakeWatch extends Watch {
  readonly on: string;
  known: boolean;
  isWanted: boolean;
  link: Link | undefined;
  readonly changed: () => void;
}

/** What stands in for parts of the machine. */
type Parts = Pick<StoreOptions, 'files' | 'openDatabase' | 'lookAtDisk'>;

const none = { count: 0, start: () => 0, end: () => 0 };

/** A store with a gateway that a test plays: what clients publish goes in, what they would get comes out. */
export class FakeNode {
  readonly directory: string;
  readonly interest = new Map<string, number>();
  /** What the store watches. */
  readonly #watches = new Set<FakeWatch>();
  /** What the store begins to watch is not answered, until clients come or go there. */
  isSilent = false;
  /** What clients have subscribed to: subject, and queue group. */
  readonly #subscribed = new Set<string>();
  /** Subjects that nobody hears any more, as a gateway knows it. */
  readonly unheard = new Set<string>();
  /** So many questions about that. */
  asked = 0;
  readonly errors: string[] = [];
  readonly sent: Sent[] = [];
  /** Beside the defaults, from the next start on. */
  options: Partial<JetStreamOptions>;
  /** Of the node: what is new with each start of a real one. */
  life = 'N1';
  /** From the next start on. */
  configuration: Partial<StoreConfiguration> = {};
  store!: JetStreamStore;
  #handlers!: MemberHandlers;
  readonly #methods = new Map<string, (body: string) => string | Promise<string>>();
  readonly #expected = new Map<string, (sent: Sent) => void>();
  #replies = 0;
  readonly #link: Link;
  readonly #parts: Parts;
  #seen: (() => void)[] = [];

  private constructor(directory: string, options: Partial<JetStreamOptions>, parts: Parts) {
    this.directory = directory;
    this.options = options;
    this.#parts = parts;
    this.#link = {
      peer: { id: 7, component: 'gateway', instance: 0, address: '', pid: 0 },
      up: true,
      writable: true,
      publish: (
        ...[
          account,
          subject,
          ss,
          se,
          reply,
          rs,
          re,
          headerBytes,
          payload,
          ps,
          pe,
          shown,
          shownStart,
          shownEnd,
        ]: Parameters<Link['publish']>
      ) => {
        this.#took({
          account: account.toString(),
          subject: subject.toString('latin1', ss, se),
          shown: shown?.toString('latin1', shownStart, shownEnd) ?? '',
          reply: reply.toString('latin1', rs, re),
          headers: payload.toString('latin1', ps, ps + headerBytes),
          body: payload.toString('latin1', ps + headerBytes, pe),
        });
        return true;
      },
    } as unknown as Link;
  }

  static async start(options: Partial<JetStreamOptions> = {}, parts: Parts = {}): Promise<FakeNode> {
    const node = new FakeNode(await mkdtemp(join(tmpdir(), 'skein-store-')), options, parts);
    await node.#start();
    return node;
  }

  async restart({ isStopped = false } = {}): Promise<void> {
    if (!isStopped) await this.store.stop();
    await this.#start();
  }

  /**
   * A node that begins with what a SIGKILL of this one would leave.
   *
   * @param damage done to the directory before it begins
   */
  async crashed(parts: Parts = {}, damage: (directory: string) => Promise<void> = async () => {}): Promise<FakeNode> {
    const node = new FakeNode(await mkdtemp(join(tmpdir(), 'skein-store-')), this.options, parts);
    node.life = this.life;
    await cp(this.directory, node.directory, { recursive: true });
    await damage(node.directory);
    await node.#start();
    return node;
  }

  /** Resolves when a line of the log matches. */
  async logged(pattern: RegExp): Promise<void> {
    while (!this.errors.some((line) => pattern.test(line))) {
      await new Promise<void>((resolve) => this.#seen.push(resolve));
    }
  }

  #says(text: string): void {
    this.errors.push(text);
    for (const resolve of this.#seen.splice(0)) resolve();
  }

  async stop(): Promise<void> {
    await this.store.stop();
    await rm(this.directory, { recursive: true });
  }

  /** A client's message. */
  publish(subject: string, body: string | Buffer = '', reply = '', headers = ''): void {
    const head = headers === '' ? Buffer.alloc(0) : Buffer.from(`NATS/1.0\r\n${headers}\r\n\r\n`);
    const buf = Buffer.concat([Buffer.from(subject), Buffer.from(reply), head, Buffer.from(body)]);
    const se = Buffer.byteLength(subject);
    const re = se + reply.length;
    this.#handlers.deliver?.(this.#link, '$G', buf, 0, se, se, re, head.length, re, buf.length, true, none, 0, 0, 0, 0);
  }

  /** A client subscribes, or does not any more. */
  subscribe(subject: string, isThere = true, queue = ''): void {
    const on = `${subject} ${queue}`;
    if (isThere) this.#subscribed.add(on);
    else this.#subscribed.delete(on);
    for (const watch of this.#watches) if (watch.on === on) this.#see(watch);
  }

  /** What it was given to hand to a client comes back. */
  giveBack({ account, subject, reply }: Sent): void {
    const buf = Buffer.from(subject + reply, 'latin1');
    const [se, re] = [subject.length, buf.length];
    this.#handlers.returned?.(this.#link, 1, 0, account, buf, 0, se, se, re, 0, re, re, none, 0, 0);
  }

  #see(watch: FakeWatch): void {
    watch.known = true;
    watch.isWanted = this.#subscribed.has(watch.on);
    watch.link = watch.isWanted ? this.#link : undefined;
    watch.changed();
  }

  #watch(subject: string, queue: string, changed: () => void): Watch {
    const on = `${subject} ${queue}`;
    const end = (): unknown => this.#watches.delete(watch);
    const watch: FakeWatch = { on, known: false, isWanted: false, link: undefined, changed, end };
    this.#watches.add(watch);
    if (!this.isSilent) setImmediate(() => this.#see(watch));
    return watch;
  }

  /** A client's request, and its answer. */
  request(subject: string, body: string | Buffer | object = '', headers = ''): Promise<Sent> {
    const reply = `_INBOX.${++this.#replies}`;
    const answer = this.next(reply);
    this.publish(
      subject,
      typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      reply,
      headers,
    );
    return answer;
  }

  /** The answer to a request, as JSON. */
  async ask(subject: string, body: string | object = '', headers = ''): Promise<Record<string, unknown>> {
    return JSON.parse((await this.request(subject, body, headers)).body);
  }

  /** What it adds to the answer to `stats`. */
  figures(): Record<string, unknown> {
    return this.#handlers.stats?.() ?? {};
  }

  /** What another process is answered. */
  tell<Answer>(method: string, body: object = {}): Answer {
    return JSON.parse((this.#methods.get(method)?.(JSON.stringify(body)) as string | undefined) ?? 'null');
  }

  /** The same, where it answers later. */
  async tellAndWait<Answer>(method: string, body: object): Promise<Answer> {
    return JSON.parse((await this.#methods.get(method)?.(JSON.stringify(body))) ?? 'null');
  }

  /** What it asks the gateway. */
  #answer(method: string, body: string): string {
    if (method !== 'unheard') return '{}';
    this.asked++;
    const { subjects } = JSON.parse(body) as { subjects: string[] };
    return JSON.stringify({ unheard: subjects.filter((subject) => this.unheard.has(subject)) });
  }

  /** The next message that goes to a subject. */
  next(subject: string): Promise<Sent> {
    return new Promise((resolve) => this.#expected.set(subject, resolve));
  }

  #took(sent: Sent): void {
    this.sent.push(sent);
    const expected = this.#expected.get(sent.subject);
    this.#expected.delete(sent.subject);
    expected?.(sent);
  }

  async #start(): Promise<void> {
    this.interest.clear();
    this.#watches.clear();
    this.store = createJetStreamStore({
      ...this.#parts,
      createMember: (options) => this.#member(options),
      log: { debug() {}, info() {}, warn: (text) => this.#says(text), error: (text) => this.#says(text) },
      onShutdown: () => {},
      ...nowhere(),
    });
    await this.store.start();
  }

  #member({ handlers }: MemberOptions): Member {
    this.#handlers = handlers;
    const configuration: StoreConfiguration = {
      jetstream: { ...defaultJetStreamOptions(), storeDir: this.directory, ...this.options },
      ...this.configuration,
    };
    return {
      start: async () => ({
        configuration,
        identity: { serverName: 'alpha', serverId: this.life },
        instance: 0,
        revision: 1,
      }),
      stop: async () => {},
      request: async (_to: number, method: string, body: string) => this.#answer(method, body),
      handle: (method: string, fn: (body: string) => string | Promise<string>) => this.#methods.set(method, fn),
      declare: (account: string, subject: string, _queue: string, weight: number) => {
        this.interest.set(`${account} ${subject}`, weight);
        return 1;
      },
      watch: (_account: string, subject: string, queue: string, changed: () => void) =>
        this.#watch(subject, queue, changed),
      sequence: 1,
      settled: () => true,
      links: new Map([[this.#link.peer.id, this.#link]]),
    } as unknown as Member;
  }
}
