import { readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { S2Reader } from '@skein/s2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeNode, type Sent } from '../testing/fake-node.ts';
import { ArchiveReader } from './archive.ts';

let node: FakeNode;
beforeEach(async () => {
  node = await FakeNode.start();
});
afterEach(() => node.stop());

type Json = Record<string, unknown>;
const recorded: Record<string, { config: Json; state: Json; deleted: number[]; consumers: Json[]; archive: string }> =
  JSON.parse(readFileSync(new URL('./recorded/backups.json', import.meta.url), 'utf8'));

const api = (name: string, body: string | object = ''): Promise<Json> => node.ask(`$JS.API.${name}`, body);

interface Backup {
  answer: Json;
  bytes: Buffer;
  chunks: Sent[];
}

/** As a client takes one: it acknowledges what asks for it, until the end comes. */
async function back(stream: string, request: Json = {}, meanwhile?: (chunk: number) => Promise<void>): Promise<Backup> {
  const subject = `deliver.${Math.random()}`;
  const chunks: Sent[] = [];
  const begun = node.sent.length;
  const arriving = (async () => {
    for (;;) {
      const arrived = node.sent.slice(begun).filter((sent) => sent.subject === subject);
      const chunk = arrived[chunks.length];
      if (chunk === undefined) {
        await node.next(subject);
        continue;
      }
      chunks.push(chunk);
      if (chunk.headers !== '') return;
      await meanwhile?.(chunks.length);
      if (chunk.reply !== '') node.publish(chunk.reply);
    }
  })();
  const answer = await api(`STREAM.SNAPSHOT.${stream}`, { deliver_subject: subject, ...request });
  if (answer.error === undefined) await arriving;
  return { answer, chunks, bytes: Buffer.concat(chunks.slice(0, -1).map(({ body }) => Buffer.from(body, 'latin1'))) };
}

async function restore(name: string, { config, state }: Json, bytes: Buffer, size = 1000): Promise<Json> {
  const { deliver_subject: to, ...answer } = await api(`STREAM.RESTORE.${name}`, { config, state });
  if (answer.error !== undefined) return answer;
  for (let at = 0; at < bytes.length; at += size) {
    expect((await node.request(String(to), bytes.subarray(at, at + size))).body).toBe('');
  }
  return node.ask(String(to));
}

async function fill(stream: string, subject: string, messages: number): Promise<void> {
  const answers: Promise<Json>[] = [];
  for (let i = 0; i < messages; i++) answers.push(node.ask(subject, `message ${i}`.padEnd(100, '.'), `Number: ${i}`));
  for (const answer of answers) expect(await answer).toMatchObject({ stream });
}

const messages = async (stream: string, from: number, to: number): Promise<Json[]> => {
  const found: Json[] = [];
  for (let seq = from; seq <= to; seq++) found.push(await api(`STREAM.MSG.GET.${stream}`, { seq }));
  return found;
};

const consumersOf = async (stream: string): Promise<Json[]> =>
  ((await api(`CONSUMER.LIST.${stream}`)).consumers as Json[]).map(
    ({ name, config, delivered, ack_floor, num_ack_pending, num_redelivered, num_pending }) => ({
      ...{ name, config, num_ack_pending, num_redelivered, num_pending },
      delivered: pair(delivered as Json),
      ack_floor: pair(ack_floor as Json),
    }),
  );
const pair = ({ consumer_seq, stream_seq }: Json): Json => ({ consumer_seq, stream_seq });

describe.each(['file', 'memory'])('a backup of a stream in %s', (storage) => {
  beforeEach(async () => {
    await api('STREAM.CREATE.S', { name: 'S', subjects: ['a.>'], storage, allow_msg_ttl: true, max_msgs: 1000 });
    await fill('S', 'a.b', 300);
    await fill('S', 'a.c', 50);
    for (const seq of [1, 77, 350]) await api('STREAM.MSG.DELETE.S', { seq });
    const config = { durable_name: 'C', ack_policy: 'explicit', ack_wait: 60e9, filter_subject: 'a.b' };
    await api('CONSUMER.CREATE.S.C', { stream_name: 'S', config });
    const [, second] = [await next(), await next(), await next()];
    await node.request(String(second?.reply), '+ACK');
  });

  const next = (): Promise<Sent> => node.request('$JS.API.CONSUMER.MSG.NEXT.S.C', '1');

  it('becomes the same stream on another node: messages, sequences, times, consumers', async () => {
    const { answer, bytes, chunks } = await back('S', { chunk_size: 2048 });
    expect(chunks.slice(0, -2).every(({ reply }) => reply.startsWith('$JS.SNAPSHOT.ACK.S.'))).toBe(true);
    expect(chunks.at(-1)?.headers).toBe('NATS/1.0 204\r\n\r\n');
    const before = await messages('S', 1, 351);
    const consumers = await consumersOf('S');
    const { state } = await api('STREAM.INFO.S');
    expect(answer.state).toEqual(state);

    const other = await FakeNode.start();
    const origin = node;
    node = other;
    try {
      expect(await restore('S', answer, bytes)).toMatchObject({ config: answer.config, state });
      expect(await messages('S', 1, 351)).toEqual(before);
      expect(await consumersOf('S')).toEqual(consumers);
      // It goes on where it was.
      expect(await node.ask('a.b', 'more')).toEqual({ stream: 'S', seq: 351 });
      expect((await next()).body.slice(0, 9)).toBe('message 4');
      if (storage === 'memory') return;
      await node.restart();
      expect(await messages('S', 2, 350)).toEqual(before.slice(1, 350));
      expect(await consumersOf('S')).toMatchObject([{ name: 'C', ack_floor: { consumer_seq: 0 } }]);
    } finally {
      await other.stop();
      node = origin;
    }
  });

  it('is of one moment, whatever happens meanwhile', async () => {
    const { state, config } = await api('STREAM.INFO.S');
    const { answer, bytes } = await back('S', { chunk_size: 1024, window_size: 1024 }, async (chunk) => {
      if (chunk === 1) await api('STREAM.PURGE.S', { keep: 100 });
      if (chunk === 2) await fill('S', 'a.new', 20);
      if (chunk === 3) await api('CONSUMER.DELETE.S.C');
      if (chunk === 4) await api('STREAM.UPDATE.S', { ...(config as Json), description: 'another' });
      if (chunk === 5) await api('STREAM.DELETE.S');
    });
    expect(await api('STREAM.INFO.S')).toMatchObject({ error: { err_code: 10059 } });
    expect(await restore('S', answer, bytes)).toMatchObject({ config, state });
  });
});

describe("nats-server's backups", () => {
  it.each(Object.keys(recorded))('%s is restored as it was', async (name) => {
    const { config, state, deleted, consumers, archive } = recorded[name] as (typeof recorded)[string];
    const bytes = Buffer.from(archive, 'base64');
    expect(await restore(name, { config, state }, bytes)).toMatchObject({ state });
    const info = await api(`STREAM.INFO.${name}`, { deleted_details: true });
    // nats-server says 0 of a stream that never had one.
    expect((info.state as Json).deleted ?? []).toEqual(deleted.filter((sequence) => sequence > 0));
    expect(await consumersOf(name)).toMatchObject(consumers);
  });
});

describe('what is no backup', () => {
  const { config, state, archive } = recorded.DEL as (typeof recorded)[string];
  const bytes = Buffer.from(archive, 'base64');
  const failed = (why: string) => ({ error: { code: 500, err_code: 10062, description: `restore failed: ${why}` } });

  it.each([
    ['other bytes', Buffer.from('garbage'.repeat(40)), 's2: corrupt input'],
    ['cut', bytes.subarray(0, 200), 's2: corrupt input'],
    ['nothing at all', Buffer.alloc(0), 'the backup is not whole'],
  ])('%s: leaves nothing behind', async (_, what, why) => {
    expect(await restore('DEL', { config, state }, what)).toMatchObject(failed(why));
    expect(await api('STREAM.NAMES')).toMatchObject({ streams: null });
    await node.restart();
    expect(await api('STREAM.NAMES')).toMatchObject({ streams: null });
    expect(await restore('DEL', { config, state }, bytes)).toMatchObject({ state });
  });

  it('one with a bit that is wrong', async () => {
    const harmed = Buffer.from(bytes);
    harmed[60] = (harmed[60] as number) ^ 1;
    expect(((await restore('DEL', { config, state }, harmed)).error as Json).err_code).toBe(10062);
  });

  it('subjects of another stream', async () => {
    await api('STREAM.CREATE.O', { name: 'O', subjects: ['DEL.>'] });
    const why = 'error adding stream: subjects overlap with an existing stream (10065)';
    expect(await restore('DEL', { config, state }, bytes)).toMatchObject(failed(why));
  });

  it('one that was under way at a crash is not there afterwards', async () => {
    const { deliver_subject: to } = await api('STREAM.RESTORE.DEL', { config, state });
    await node.request(String(to), bytes);
    const other = await node.crashed();
    const origin = node;
    node = other;
    expect(await api('STREAM.NAMES')).toMatchObject({ streams: null });
    expect(await restore('DEL', { config, state }, bytes)).toMatchObject({ state });
    await other.stop();
    node = origin;
    expect(await node.ask(String(to))).toMatchObject({ state });
  });
});

it('one that is restored outlives a crash at once', async () => {
  const { config, state, archive } = recorded.WQ as (typeof recorded)[string];
  expect(await restore('WQ', { config, state }, Buffer.from(archive, 'base64'))).toMatchObject({ state });
  const consumers = await consumersOf('WQ');
  const other = await node.crashed();
  const origin = node;
  node = other;
  expect(await api('STREAM.INFO.WQ')).toMatchObject({ state });
  expect(await consumersOf('WQ')).toEqual(consumers);
  await other.stop();
  node = origin;
});

describe('a backup that lies in the folder of a stopped server', () => {
  const { config, state, archive } = recorded.WQ as (typeof recorded)[string];

  async function unpack(account: string, bytes: Buffer): Promise<string> {
    const folder = join(node.directory, 'jetstream', account, 'streams', 'WQ');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'backup.json'), JSON.stringify({ config, state }));
    await writeFile(join(folder, 'stream.tar.s2'), bytes);
    return folder;
  }

  it('is a stream after the start, and no longer beside it', async () => {
    const folder = await unpack('$G', Buffer.from(archive, 'base64'));
    await node.restart();
    expect(await api('STREAM.INFO.WQ')).toMatchObject({ state });
    await expect(readdir(folder)).rejects.toThrow('ENOENT');
    await node.restart();
    expect(await api('STREAM.INFO.WQ')).toMatchObject({ state });
  });

  it.each([
    ['$G', 100, 's2: corrupt input'],
    ['NOBODY', 10_000, 'the account has no JetStream'],
  ])('of %s, its first %d bytes: stays where it is, and the log says why', async (account, bytes, why) => {
    const folder = await unpack(account, Buffer.from(archive, 'base64').subarray(0, bytes));
    await node.restart();
    expect(node.errors).toEqual([`The backup in ${folder} cannot be imported: ${why}`]);
    expect(await api('STREAM.NAMES')).toMatchObject({ streams: null });
    expect(await readdir(folder)).toEqual(['backup.json', 'stream.tar.s2']);
  });
});

it("says which streams lie in nats-server's own files, unless they are here", async () => {
  const streams = join(node.directory, 'jetstream', '$G', 'streams');
  for (let i = 10; i < 22; i++) {
    await mkdir(join(streams, `S${i}`, 'msgs'), { recursive: true });
    await writeFile(join(streams, `S${i}`, 'meta.inf'), '{}');
  }
  await mkdir(join(streams, 'EMPTY'));
  await api('STREAM.CREATE.S10', { name: 'S10' });
  await node.restart();
  expect(node.errors).toEqual([
    `${streams} has nats-server's own files, which are not read (back up there and restore here): S11, S12, S13, S14, S15, S16, S17, S18, S19, S20 and 1 more`,
  ]);
});

describe('requests', () => {
  it.each([
    ['SNAPSHOT.S', '', 10003, 'bad request'],
    ['SNAPSHOT.S', '{}', 10003, 'bad request'],
    ['SNAPSHOT.NOPE', '{"deliver_subject":"x"}', 10059, 'stream not found'],
    ['SNAPSHOT.S', '{"deliver_subject":"x y"}', 10015, 'deliver subject not valid'],
    ['SNAPSHOT.S', '{"deliver_subject":"x","foo":1}', 10025, 'invalid JSON: json: unknown field "foo"'],
    ['RESTORE.R', '', 10003, 'bad request'],
    ['RESTORE.R', '{}', 10003, 'bad request'],
    ['RESTORE.R', 'x', 10025, "invalid JSON: invalid character 'x' looking for beginning of value at offset 1"],
    ['RESTORE.S', '{"config":{"name":"S"}}', 10130, 'stream name already in use, cannot restore'],
    ['RESTORE.R', '{"config":{"name":"S"}}', 10056, 'stream name in subject does not match request'],
    ['RESTORE.R', '{"config":{"name":"R"},"foo":1}', 10025, 'invalid JSON: json: unknown field "foo"'],
    ['RESTORE.R', '{"config":{"name":"R","subjects":["a b"]}}', 10052, 'invalid subject'],
  ])('%s %s', async (verb, body, err_code, description) => {
    await api('STREAM.CREATE.S', { name: 'S' });
    expect(await api(`STREAM.${verb}`, body)).toMatchObject({ error: { err_code, description } });
  });
});

it('has what a consumer with mem_storage has done, as it is with nats-server', async () => {
  await api('STREAM.CREATE.S', { name: 'S', subjects: ['a'] });
  await fill('S', 'a', 5);
  const config = { durable_name: 'M', ack_policy: 'explicit', mem_storage: true };
  await api('CONSUMER.CREATE.S.M', { stream_name: 'S', config });
  const { reply } = await node.request('$JS.API.CONSUMER.MSG.NEXT.S.M', '1');
  await node.request(reply, '+ACK');
  const consumers = await consumersOf('S');
  expect(consumers).toMatchObject([{ name: 'M', ack_floor: { stream_seq: 1 } }]);
  const { answer, bytes } = await back('S');
  await api('STREAM.DELETE.S');
  await restore('S', answer, bytes);
  expect(await consumersOf('S')).toEqual(consumers);
});

it('leaves consumers out when it is asked to', async () => {
  await api('STREAM.CREATE.S', { name: 'S', subjects: ['a'] });
  await api('CONSUMER.CREATE.S.C', { stream_name: 'S', config: { durable_name: 'C', ack_policy: 'explicit' } });
  const names = async (request: Json): Promise<string[]> => {
    const { bytes } = await back('S', request);
    return [...new S2Reader().push(bytes)].flatMap((text) =>
      [...new ArchiveReader().push(text)].map(({ name }) => name),
    );
  };
  expect(await names({})).toEqual(['state.json', 'consumers/C']);
  expect(await names({ no_consumers: true })).toEqual(['state.json']);
});
