/**
 * Plays what `src/recorded/consumer-config.json` and `src/recorded/consumer/*.json` ask for to a nats-server and writes down what it answers:
 * `node libs/jetstream-core/scripts/record-consumers.ts PATH_TO_NATS_SERVER [FILE…]`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Conversation, shortened, stepMillis, type Verb } from '../src/recorded/conversation.ts';
import { type Client, encode, type Heard, startOracle } from './oracle.ts';

interface ConfigCase {
  to: string;
  stream?: object;
  before?: { name: string }[];
  request?: object;
  body?: string;
}

async function askJson(
  client: Client,
  to: string,
  body: object | string,
): Promise<Record<string, unknown> | undefined> {
  const [answer] = await client.ask(to, [], encode(body));
  if (answer === undefined || answer.headerBytes > 0) return undefined;
  return JSON.parse(answer.content.toString());
}

async function mustAsk(client: Client, to: string, body: object | string): Promise<void> {
  const answer = await askJson(client, to, body);
  if (answer === undefined || 'error' in answer) throw new Error(`${to}: ${JSON.stringify(answer?.error)}`);
}

async function createStream(client: Client, own: object = {}): Promise<void> {
  await client.ask('$JS.API.STREAM.DELETE.S', [], encode());
  await mustAsk(client, '$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['s.>'], storage: 'memory', ...own });
}

async function playConfig(client: Client, one: ConfigCase): Promise<object> {
  await createStream(client, one.stream);
  for (const config of one.before ?? []) {
    await mustAsk(client, `$JS.API.CONSUMER.CREATE.S.${config.name}`, { stream_name: 'S', config });
  }
  const answer = await askJson(client, one.to, one.body ?? one.request ?? '');
  const { to, stream, before, request, body } = one;
  const asked = { to, ...(stream && { stream }), ...(before && { before }), ...(request ? { request } : { body }) };
  return { ...asked, response: readCreated(answer, one) };
}

function readCreated(answer: Record<string, unknown> | undefined, { to, request }: ConfigCase): object {
  if (answer === undefined) return { silence: true };
  const { error, config, paused } = answer as { error?: object; config?: { name: string }; paused?: boolean };
  if (error !== undefined) return { error };
  const asked = (request as { config?: { name?: string; durable_name?: string } } | undefined)?.config;
  if (config !== undefined && !asked?.name && !asked?.durable_name && !to.endsWith('.C')) config.name = '*';
  return { config, ...(paused && { paused }) };
}

/** Where a scenario's client is at home: answers to `in.…`, deliveries to `d.…`. */
const LISTENED = ['in.>', '$JS.EVENT.ADVISORY.CONSUMER.>', '$JS.EVENT.METRIC.>'];

async function playConversation(client: Client, { stream, steps }: Conversation): Promise<Conversation> {
  await createStream(client, stream);
  client.heard.length = 0;
  const acks: string[] = [];
  const flows: string[] = [];
  const pins: string[] = [];
  const played: Conversation['steps'] = [];
  for (const step of steps) {
    const at = Date.now();
    if (step.do[0] === 'wait') await setTimeout(step.do[1] as number);
    else send(client, withPins(step.do, pins), acks, flows);
    await setTimeout(stepMillis(step.do));
    const came = client.heard.splice(0);
    for (const { reply, content } of came) {
      if (reply.startsWith('$JS.ACK')) acks.push(reply);
      const text = content.toString('latin1');
      const pin = /"pinned_id":"(\w+)"/.exec(text)?.[1];
      if (pin !== undefined) pins.push(pin);
      const stalled = /Nats-Consumer-Stalled: (\S+)/.exec(text)?.[1];
      if (reply.startsWith('$JS.FC') || stalled !== undefined) flows.push(stalled ?? reply);
    }
    if (process.env.VERBOSE) console.log(Date.now() - at, JSON.stringify(step.do).slice(0, 200));
    const heard = shortened(came.flatMap(readHeard));
    if (process.env.VERBOSE) for (const one of heard) console.log('     ', JSON.stringify(one).slice(0, 300));
    played.push({ do: step.do, heard });
  }
  for (const sid of ['7', '8', '9']) client.unlisten(sid);
  return { ...(stream && { stream }), steps: played };
}

/** The nth pin stands as `PINn` where it is asked with. */
const withPins = (step: Verb, pins: readonly string[]): Verb =>
  JSON.parse(JSON.stringify(step).replace(/"PIN(\d+)"/g, (_, nth) => `"${pins[nth - 1]}"`));

function send(client: Client, [verb, first, second, third]: Verb, acks: readonly string[], flows: string[]): void {
  const api = '$JS.API.CONSUMER';
  switch (verb) {
    case 'create': {
      const config = { name: 'C', ack_policy: 'explicit', ...(first as object) };
      client.publish(`${api}.CREATE.S.C`, [], encode({ stream_name: 'S', config }), 'in.create');
      return;
    }
    case 'pub':
      client.publish(first as string, [], encode((second as string | undefined) ?? 'x'));
      return;
    case 'pubs':
      for (let i = 0; i < (second as number); i++)
        client.publish(first as string, [], Buffer.alloc(third as number, 'x'));
      return;
    case 'next':
      client.publish(`${api}.MSG.NEXT.S.C`, [], encode(first as string), `in.${second ?? 'p'}`);
      return;
    case 'ack':
      client.publish(acks[first as number] ?? '', [], encode((second as string | undefined) ?? ''), third as string);
      return;
    case 'flow':
      if (flows.length === 0) throw new Error('no flow control was heard');
      client.publish(flows.at(first as number) as string, (second as string[] | undefined) ?? [], encode(''));
      return;
    case 'info':
      client.publish(`${api}.INFO.S.C`, [], encode(''), 'in.info');
      return;
    case 'sub':
      client.listen(first as string, second as string, third as string);
      return;
    case 'unsub':
      client.unlisten(first as string);
      return;
    default:
      client.publish(first as string, [], encode(second as string | undefined), 'in.req');
  }
}

/** What was heard, with whatever differs from run to run taken out. */
function readHeard({ subject, reply, content, headerBytes }: Heard): object[] {
  const body = content.toString('latin1', headerBytes);
  if (subject.startsWith('$JS.EVENT')) return readEvent(subject, body);
  if (subject === 'in.info') return [{ info: readInfo(body) }];
  if (subject === 'in.create' || subject === 'in.req') return [];
  const headers = content.toString('latin1', 0, headerBytes).split('\r\n').filter(Boolean);
  return [
    {
      subject,
      ...(reply && { reply: steady(reply.replace(/\d{19}/, 'T')) }),
      ...(headers.length > 0 && { headers: headers.map(steady) }),
      ...(body && { body: body.length > 100 ? `${body.length} bytes` : body }),
    },
  ];
}

const steady = (line: string): string =>
  line.replace(/^(Nats-Pin-Id: ).*/, '$1PIN').replace(/(\$JS\.FC\.S\.C\.)\w+/, '$1ID');

function readEvent(subject: string, body: string): object[] {
  if (/CONSUMER\.(CREATED|DELETED|PAUSE)\./.test(subject)) return [];
  const { type, id: _, timestamp, stream, consumer, account, ...rest } = JSON.parse(body);
  if (rest.pinned_id !== undefined) rest.pinned_id = 'PIN';
  if (rest.ack_time !== undefined) rest.ack_time = 'T';
  return [{ notice: type.split('.').at(-1).replace('consumer_group_', ''), ...rest }];
}

function readInfo(body: string): object {
  const { type, stream_name, name, priority_groups, config, created, ts, ...rest } = JSON.parse(body);
  for (const place of [rest.delivered, rest.ack_floor]) {
    if (place?.last_active !== undefined) place.last_active = 'T';
  }
  if (rest.pause_remaining !== undefined) rest.pause_remaining = 'T';
  return rest;
}

const [server = '', ...named] = process.argv.slice(2);
const recorded = fileURLToPath(new URL('../src/recorded/', import.meta.url));
const conversations = readdirSync(join(recorded, 'consumer')).map((file) => join(recorded, 'consumer', file));
const files = named.length > 0 ? named : [join(recorded, 'consumer-config.json'), ...conversations];
const { client, stop } = await startOracle(server);
for (const [i, subject] of LISTENED.entries()) client.listen(subject, `${2 + i}`);
try {
  for (const file of files) {
    const cases: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
    const played: Record<string, object> = {};
    for (const [name, one] of Object.entries(cases)) {
      if (process.env.VERBOSE) console.log(`=== ${name}`);
      played[name] = file.endsWith('-config.json')
        ? await playConfig(client, one as ConfigCase)
        : await playConversation(client, one as Conversation);
    }
    writeFileSync(file, `${JSON.stringify(played, undefined, 2)}\n`);
  }
} finally {
  stop();
}
