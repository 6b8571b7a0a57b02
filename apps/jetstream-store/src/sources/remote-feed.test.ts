import { checkStreamConfig, Stream, type StreamSource } from '@skein/jetstream-core';
import { MemoryStreamStore } from '@skein/storage';
import { beforeEach, expect, it } from 'vitest';
import type { StreamHost } from '../hosted-stream.ts';
import { type ConsumerKind, type FeedBus, RemoteFeed } from './remote-feed.ts';

const SECOND = 1000;
const effects = { stored: () => {}, removed: () => {}, purged: () => {}, republish: () => {} };

/** A destination, and the bus beside it: what the feed asks goes into `asked`, time is the test's. */
class World implements FeedBus {
  now = 1_000_000;
  readonly asked: { subject: string; body: string; reply: string; headers: string }[] = [];
  readonly warnings: string[] = [];
  readonly listening = new Set<string>();
  /** What comes there is for another feed. */
  readonly taken = new Set<string>();
  readonly #due = new Set<{ dueAt: number; due(millis: number): void }>();
  /** Whose messages come. */
  consumer = 'C';
  readonly stream: Stream;
  change: (...ingested: Parameters<Stream['ingest']>) => number | Promise<number> = async (...ingested) =>
    this.stream.ingest(...ingested);
  readonly feed: RemoteFeed;

  constructor(source: StreamSource, { isMirror = false, kind = 'ephemeral' as ConsumerKind, limits = {} } = {}) {
    const origins = isMirror ? { mirror: source } : { sources: [source] };
    const config = checkStreamConfig({ name: 'D', ...origins, ...limits });
    const store = new MemoryStreamStore({ overheadBytes: 0, headerOverheadBytes: 0 });
    this.stream = Stream.create(store, config, effects, { isWanted: () => false });
    const world = this;
    const host = {
      stream: this.stream,
      account: 'A',
      name: 'D',
      host: {
        clock: {
          get millis() {
            return world.now;
          },
          tick: () => world.now,
        },
        agenda: {
          plan: (one: { dueAt: number; due(millis: number): void }, at: number) => {
            one.dueAt = at;
            this.#due.add(one);
          },
        },
        logger: { warn: (text: string) => this.warnings.push(text) },
      },
      change: ({ key, identity, messages }: never) => this.change(key, identity, messages, 5, 0),
    };
    this.feed = new RemoteFeed(host as unknown as StreamHost, source, isMirror, kind, this);
  }

  listen(_account: string, subject: string): boolean {
    if (this.taken.has(subject)) return false;
    this.listening.add(subject);
    return true;
  }

  unlisten(_account: string, subject: string): void {
    this.listening.delete(subject);
  }

  async settled(): Promise<void> {}

  publish(_account: string, subject: string, reply: string, content: Buffer, headerBytes: number): void {
    const headers = content.toString('latin1', 0, headerBytes);
    this.asked.push({ subject, reply, headers, body: content.toString('latin1', headerBytes) });
  }

  /** What was asked since, once all that is under way has happened. */
  async questions(): Promise<World['asked']> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    return this.asked.splice(0);
  }

  async pass(millis: number): Promise<void> {
    this.now += millis;
    for (const one of this.#due) {
      if (one.dueAt > this.now) continue;
      one.dueAt = Number.POSITIVE_INFINITY;
      one.due(this.now);
    }
  }

  get deliverSubject(): string {
    return [...this.listening].find((subject) => !subject.startsWith('$JSC.')) ?? '';
  }

  answer(body: object | string): void {
    const inbox = [...this.listening].find((subject) => subject.startsWith('$JSC.')) as string;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    this.feed.deliver(inbox, inbox, '', Buffer.from(text), 0);
  }

  message(sequence: number, place: number, subject = 'o.1', time = '1700000000000000007'): void {
    const reply = `$JS.ACK.O.${this.consumer}.1.${sequence}.${place}.${time}.3`;
    this.feed.deliver(this.deliverSubject, subject, reply, Buffer.from('x'), 0);
  }

  /** As the consumer asks. */
  get flow(): string {
    return `$JS.FC.O.${this.consumer}.1`;
  }

  status(line: string, reply = ''): void {
    const block = Buffer.from(`NATS/1.0 ${line}\r\n\r\n`);
    this.feed.deliver(this.deliverSubject, this.deliverSubject, reply, block, block.length);
  }
}

const external = { api: '$JS.A.API', deliver: 'from.a' };
let world: World;

async function reading(...options: ConstructorParameters<typeof World>): Promise<void> {
  world = new World(...options);
  world.feed.wake();
  await world.questions();
  world.answer({});
}

let begun = '';

beforeEach(async () => {
  await reading({ name: 'O', external }, { isMirror: true });
  begun = world.deliverSubject;
});

it('asks for a consumer that only it hears of', async () => {
  world = new World({ name: 'O', external, filter_subject: 'o.*', opt_start_seq: 7 }, { isMirror: true });
  world.feed.wake();
  const [asked] = await world.questions();
  expect(asked).toMatchObject({ subject: '$JS.A.API.CONSUMER.CREATE.O', reply: expect.stringMatching(/^\$JSC\.R\./) });
  expect(JSON.parse(asked?.body ?? '')).toMatchObject({
    stream_name: 'O',
    config: {
      deliver_policy: 'by_start_sequence',
      opt_start_seq: 7,
      ack_policy: 'none',
      filter_subject: 'o.*',
      flow_control: true,
      direct: true,
      deliver_subject: world.deliverSubject,
    },
  });
  expect(world.deliverSubject).toMatch(/^from\.a\.D\./);
});

it.each(['x', '', 'null', '7', '{"error":null}', '{"error":{"code":"x"}}', '{"config":1}'])(
  'is told nothing by an answer of %j, and asks again',
  async (text) => {
    world = new World({ name: 'O', external }, { isMirror: true });
    world.feed.wake();
    await world.questions();
    world.answer(text);
    expect(world.feed.progress().error?.message).toBe('the origin answers what cannot be understood');
    expect(world.warnings).toHaveLength(1);
    await world.pass(5 * SECOND);
    expect(await world.questions()).toHaveLength(1);
    world.answer({});
    expect(world.feed.progress().error).toBeUndefined();
  },
);

it('drops a message of no time that there is', async () => {
  world.message(7, 1, 'o.1', '9'.repeat(28));
  world.message(1, 1);
  await world.questions();
  expect([world.stream.store.last, world.feed.progress().error]).toEqual([1, undefined]);
});

it('refuses a message of a sequence that no stream comes to', async () => {
  world.message(9e15, 1);
  expect(await world.questions()).toEqual([]);
  expect([world.stream.store.last, world.feed.progress().error?.message]).toEqual([
    0,
    'a message of sequence 9000000000000000',
  ]);
});

it('goes on after what cannot be stored', async () => {
  const { stream } = world;
  const ingest = stream.ingest.bind(stream);
  world.change = () => {
    throw new RangeError('cannot be written');
  };
  world.message(1, 1);
  await world.questions();
  expect(world.feed.progress().error?.message).toBe('cannot be written');
  world.change = ingest;
  await world.pass(5 * SECOND);
  await world.questions();
  world.answer({});
  world.message(1, 1);
  await world.questions();
  expect(stream.store.last).toBe(1);
});

it('stores what comes, also before the answer, and goes on behind it when something was lost on the way', async () => {
  world = new World({ name: 'O', external }, { isMirror: true });
  world.feed.wake();
  await world.questions();
  world.message(3, 1);
  world.answer({});
  world.message(5, 2);
  await world.questions();
  expect([world.stream.store.first, world.stream.store.last, world.feed.progress().lag]).toEqual([3, 5, 3]);
  const before = world.deliverSubject;
  world.message(9, 4);
  const [asked] = await world.questions();
  expect(JSON.parse(asked?.body ?? '').config).toMatchObject({ opt_start_seq: 6 });
  expect(world.deliverSubject).not.toBe(before);
});

it('finds by a heartbeat that something was lost', async () => {
  world.message(1, 1);
  world.status('100 Idle Heartbeat\r\nNats-Last-Consumer: 1');
  expect(await world.questions()).toEqual([]);
  world.status('100 Idle Heartbeat\r\nNats-Last-Consumer: 2');
  expect(await world.questions()).toHaveLength(1);
});

it('answers how far it is when all before the question is stored', async () => {
  world.message(1, 1);
  world.status('100 FlowControl Request', world.flow);
  expect(world.asked).toEqual([]);
  expect(await world.questions()).toMatchObject([{ subject: world.flow, headers: '' }]);
});

it.each([
  ['a subject of somebody', 'orders.new'],
  ['none', ''],
  ['a consumer of another stream', '$JS.FC.P.C.1'],
  ['a pattern', '$JS.FC.O.C.>'],
  ['less than a question', '$JS.FC.O.C'],
])('answers no question that is to be answered to %s', async (_what, reply) => {
  world.status('100 FlowControl Request', reply);
  world.status(`100 Idle Heartbeat\r\nNats-Last-Consumer: 0\r\nNats-Consumer-Stalled: ${reply}`);
  expect(await world.questions()).toEqual([]);
});

it('keeps no more questions than fit into its room', async () => {
  const stored = Promise.withResolvers<number>();
  world.change = () => stored.promise;
  world.message(1, 1);
  const reply = `${world.flow}${'x'.repeat(1024)}`;
  for (let i = 0; i < 60_000; i++) world.status('100 FlowControl Request', reply);
  stored.resolve(1);
  const answered = (await world.questions()).length;
  expect(answered).toBeGreaterThan(50_000);
  expect(answered).toBeLessThan(53_000);
});

it('keeps no more messages without content than fit into its room', async () => {
  const stored = Promise.withResolvers<number>();
  world.change = () => stored.promise;
  let sent = 0;
  while (sent < 300_000 && world.deliverSubject === begun) world.message(++sent, sent);
  expect(sent).toBeGreaterThan(250_000);
  expect(sent).toBeLessThan(270_000);
});

it('acknowledges to a durable consumer what is stored, and has it begin again where it is', async () => {
  world = new World({ name: 'O' }, { kind: 'durable' });
  world.feed.wake();
  const [created] = await world.questions();
  expect(created?.subject).toMatch(/^\$JS\.API\.CONSUMER\.DURABLE\.CREATE\.O\.JS_SRC_/);
  world.consumer = created?.subject.split('.').at(-1) as string;
  world.answer({});
  const [reset] = await world.questions();
  expect(reset?.subject).toMatch(/^\$JS\.API\.CONSUMER\.RESET\.O\.JS_SRC_/);
  world.answer({});
  world.message(4, 1);
  world.message(6, 2);
  await world.questions();
  world.status('100 FlowControl Request', world.flow);
  expect(await world.questions()).toMatchObject([
    { subject: world.flow, headers: 'NATS/1.0\r\nNats-Last-Consumer: 2\r\nNats-Last-Stream: 6\r\n\r\n' },
  ]);
  world.feed.end(true);
  expect(world.asked[0]?.subject).toMatch(/^\$JS\.API\.CONSUMER\.DELETE\.O\.JS_SRC_/);
  expect([...world.listening]).toEqual([]);
});

const prepared = { name: 'C', deliver_subject: 'd.c' };
const byFlow = { config: { ack_policy: 'flow_control' } };

it('reads from a consumer that was made beforehand: looks at it, resets it, and leaves it when it ends', async () => {
  world = new World({ name: 'O', consumer: prepared }, { kind: 'prepared' });
  world.feed.wake();
  expect((await world.questions()).map(({ subject }) => subject)).toEqual(['$JS.API.CONSUMER.INFO.O.C']);
  world.answer(byFlow);
  expect((await world.questions()).map(({ subject }) => subject)).toEqual(['$JS.API.CONSUMER.RESET.O.C']);
  world.answer(byFlow);
  expect(world.deliverSubject).toBe('d.c');
  world.message(4, 1);
  await world.questions();
  world.status('100 FlowControl Request', world.flow);
  expect((await world.questions())[0]?.headers).toContain('Nats-Last-Stream: 4');
  world.feed.end(true);
  expect(world.asked).toEqual([]);
});

it.each([
  ['mirror', true, 10214],
  ['source', false, 10217],
] as const)('a %s does not touch a consumer that is acknowledged otherwise', async (_kind, isMirror, code) => {
  world = new World({ name: 'O', consumer: prepared }, { kind: 'prepared', isMirror });
  world.feed.wake();
  await world.questions();
  world.answer({ config: { ack_policy: 'explicit' } });
  expect(await world.questions()).toEqual([]);
  expect(world.feed.progress().error?.errorCode).toBe(code);
});

it('asks another account for no more than to reset what was made there', async () => {
  world = new World({ name: 'O', external, consumer: prepared }, { kind: 'prepared' });
  world.feed.wake();
  expect((await world.questions()).map(({ subject }) => subject)).toEqual(['$JS.A.API.CONSUMER.RESET.O.C']);
  world.answer({ config: { ack_policy: 'none' } });
  expect(world.feed.progress().error?.errorCode).toBe(10217);
});

it('takes nothing of another consumer that pushes to the same subject', async () => {
  world = new World({ name: 'O', consumer: { ...prepared, name: 'OTHER' } }, { kind: 'prepared' });
  world.feed.wake();
  for (let i = 0; i < 2; i++) {
    await world.questions();
    world.answer(byFlow);
  }
  world.message(4, 1);
  await world.questions();
  expect(world.stream.store.last).toBe(0);
});

it('leaves a consumer alone that pushes to another feed, and takes from it when that has ended', async () => {
  world = new World({ name: 'O', consumer: prepared }, { kind: 'prepared' });
  world.taken.add('d.c');
  world.feed.wake();
  expect(await world.questions()).toEqual([]);
  expect(world.feed.progress().error?.message).toBe('another mirror or source takes what comes to its subject');
  world.taken.clear();
  await world.pass(5 * SECOND);
  expect((await world.questions()).map(({ subject }) => subject)).toEqual(['$JS.API.CONSUMER.INFO.O.C']);
});

it('begins anew where it is when somebody has reset its consumer', async () => {
  world = new World({ name: 'O', consumer: prepared }, { kind: 'prepared' });
  world.feed.wake();
  for (let i = 0; i < 2; i++) {
    await world.questions();
    world.answer(byFlow);
  }
  world.message(4, 1);
  world.message(5, 2);
  await world.questions();
  world.message(6, 1);
  world.status('100 Idle Heartbeat\r\nNats-Last-Consumer: 1');
  expect((await world.questions()).map(({ subject }) => subject)).toEqual(['$JS.API.CONSUMER.INFO.O.C']);
  world.answer(byFlow);
  await world.questions();
  world.answer(byFlow);
  world.message(5, 1);
  world.message(6, 2);
  await world.questions();
  expect([world.stream.store.last, world.feed.progress().seq]).toEqual([3, 6]);
});

it('says what is wrong, and tries again: a refusal, silence, and no place', async () => {
  world = new World({ name: 'O', external }, { isMirror: true, limits: { max_msgs: 1, discard: 'new' } });
  world.feed.wake();
  await world.questions();
  world.answer({ error: { code: 404, err_code: 10059, description: 'stream not found' } });
  expect(world.feed.progress().error?.errorCode).toBe(10059);
  await world.pass(5 * SECOND);
  expect(await world.questions()).toHaveLength(1);
  await world.pass(5 * SECOND);
  expect(world.feed.progress().error?.message).toBe('no answer from the origin');
  await world.pass(5 * SECOND);
  await world.questions();
  world.answer({});
  expect(world.feed.progress().error).toBeUndefined();
  await world.pass(5 * SECOND);
  expect(world.feed.progress().error?.message).toBe('no answer from the origin');
  await world.pass(5 * SECOND);
  await world.questions();
  world.answer({});
  world.message(1, 1);
  world.message(2, 2);
  await world.questions();
  await world.questions();
  expect([world.stream.store.last, world.feed.progress().error?.errorCode]).toEqual([1, 10077]);
  expect(world.warnings).toHaveLength(4);
});
