import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { headers, type Msg, type NatsConnection, type Subscription } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { startServer } from '@skein/testing';
import type { RecordedAdvisory } from './advisories.ts';

const ACK_WAIT_NANOS = 300e6;
/** A batch of which nothing comes is given up after ten seconds. */
const ABANDONED_MS_MAX = 60_000;

const configuration = (domain: string): string => `server_name: alpha
jetstream { store_dir: streams, request_queue_limit: 5${domain === '' ? '' : `, domain: ${domain}`} }
accounts { A { jetstream: enabled, users: [{ user: a, password: a }] }, SYS { users: [{ user: s, password: s }] } }
system_account: SYS\n`;

/** What is other in every run. */
const VARYING = new Set(['id', 'timestamp', 'start', 'end', 'rtt', 'pinned_id', 'first_ts', 'last_ts', 'ack_time']);
const VARYING_TOO = new Set(['pause_until', 'request', 'response', 'ver', 'bytes', 'dropped', 'num_deleted']);

function steady(key: string, value: unknown): unknown {
  if (key === 'pause_until' && String(value).startsWith('0001')) return value;
  return VARYING.has(key) || VARYING_TOO.has(key) ? `<${typeof value}>` : value;
}

/** Says and does what leads to advisories; waits for each to have come. */
async function play(nc: NatsConnection): Promise<void> {
  const ask = async (api: string, body: object | string = ''): Promise<Record<string, unknown>> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await nc.request(`$JS.API.${api}`, text, { timeout: 3000 });
    await sleep(30);
    return answer.json();
  };
  const pull = async (consumer: string, more: object = {}): Promise<Msg> => {
    const inbox = `pull.${nc.stats().outMsgs}`;
    const messages = nc.subscribe(inbox, { max: 1 });
    nc.publish(`$JS.API.CONSUMER.MSG.NEXT.S.${consumer}`, JSON.stringify({ batch: 1, ...more }), { reply: inbox });
    for await (const message of messages) return message;
    throw new Error('closed');
  };
  const say = async (message: Msg, text: string): Promise<void> => {
    message.respond(text);
    await nc.flush();
    await sleep(60);
  };
  const consumer = (name: string, config: object): Promise<unknown> =>
    ask(`CONSUMER.CREATE.S.${name}`, { stream_name: 'S', config: { name, ack_policy: 'explicit', ...config } });

  await ask('STREAM.CREATE.S', { name: 'S', subjects: ['s.>'], allow_atomic: true });
  await ask('STREAM.UPDATE.S', { name: 'S', subjects: ['s.>'], allow_atomic: true, max_msgs: 5000 });
  const abandoned = nc.subscribe('$JS.EVENT.ADVISORY.STREAM.BATCH_ABANDONED.S');
  publishPart(nc, 'slow', 1);
  for (let i = 0; i < 8; i++) await nc.request('s.a', `${i}`);
  await consumer('C', { durable_name: 'C', ack_wait: ACK_WAIT_NANOS, max_deliver: 1, sample_freq: '100%' });
  await say(await pull('C'), '-NAK');
  const second = await pull('C');
  await say(second, '+TERM');
  await say(await pull('C'), '+TERM because');
  await say(await pull('C'), '+ACK');
  const unacknowledged = await pull('C');
  await ask('STREAM.MSG.DELETE.S', { seq: Number(unacknowledged.reply?.split('.').at(-4)) });
  await ask('CONSUMER.PAUSE.S.C', { pause_until: new Date(Date.now() + 3_600_000).toISOString() });
  await ask('CONSUMER.PAUSE.S.C', {});
  await consumer('P', {
    durable_name: 'P',
    priority_groups: ['g'],
    priority_policy: 'pinned_client',
    priority_timeout: 1e9,
  });
  await pull('P', { group: 'g', expires: 1e9 });
  await ask('CONSUMER.UNPIN.S.P', { group: 'g' });
  await pull('P', { group: 'g', expires: 1e9 });
  await sleep(2500);
  await ask('CONSUMER.DELETE.S.P');
  publishPart(nc, 'gap', 1);
  publishPart(nc, 'gap', 3);
  for (let i = 1; i <= 1001; i++) publishPart(nc, 'long', i);
  await heardOf(abandoned, 'slow');
  await snapshots(nc, ask);
  for (let i = 0; i < 5000; i++) nc.publish('$JS.API.STREAM.NAMES', '', { reply: 'nobody' });
  await nc.flush();
  await ask('STREAM.DELETE.S').catch(() => sleep(500));
}

function publishPart(nc: NatsConnection, id: string, sequence: number): void {
  const lines = headers();
  lines.set('Nats-Batch-Id', id);
  lines.set('Nats-Batch-Sequence', `${sequence}`);
  nc.publish('s.b', 'x', { headers: lines });
}

/** Resolves when that batch was given up. */
async function heardOf(abandoned: Subscription, batch: string): Promise<void> {
  const timer = setTimeout(() => abandoned.unsubscribe(), ABANDONED_MS_MAX);
  for await (const message of abandoned) if (message.json<{ batch: string }>().batch === batch) abandoned.unsubscribe();
  clearTimeout(timer);
}

async function snapshots(
  nc: NatsConnection,
  ask: (api: string, body?: object | string) => Promise<Record<string, unknown>>,
): Promise<void> {
  const chunks: Uint8Array[] = [];
  nc.subscribe('snapshot', {
    callback: (_, message) => {
      if (message.data.length > 0) chunks.push(message.data);
      message.respond();
    },
  });
  const { config, state } = await ask('STREAM.INFO.S');
  await ask('STREAM.SNAPSHOT.S', { deliver_subject: 'snapshot', chunk_size: 65_536 });
  await sleep(700);
  await ask('STREAM.DELETE.S');
  const { deliver_subject: to } = await ask('STREAM.RESTORE.S', { config, state });
  for (const chunk of chunks) await nc.request(to as string, chunk);
  await nc.request(to as string, '', { timeout: 3000 });
  await sleep(200);
}

/** Has a server publish every advisory that it has without a cluster. @returns of each kind the first, in some order that is always the same */
export async function playAdvisories(binary: string, domain: string): Promise<RecordedAdvisory[]> {
  const folder = await mkdtemp(join(tmpdir(), 'advisories-'));
  const server = await startServer(binary, { conf: configuration(domain), cwd: folder });
  const client = (user: string, name?: string): Promise<NatsConnection> =>
    connect({ port: server.port, user, pass: user, name });
  const found = new Map<string, RecordedAdvisory>();
  try {
    const clients = { A: await client('a', 'tester'), SYS: await client('s') };
    for (const [account, one] of Object.entries(clients)) {
      one.subscribe('$JS.EVENT.>', {
        callback: (_, { subject, data }) => {
          const body = JSON.parse(new TextDecoder().decode(data), steady);
          const { type, action, reason, paused, request } = body;
          // Of each kind the first.
          const key = [account, type, action, reason, paused, request, subject.split('.')[4]].join();
          if (!found.has(key)) found.set(key, { domain, account, subject, body });
        },
      });
    }
    await clients.SYS.flush();
    await play(clients.A);
    await Promise.all([clients.A.close(), clients.SYS.close()]);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
  return [...found.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}
