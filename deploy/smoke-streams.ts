import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createInbox, headers } from '@nats-io/transport-node';

/**
 * Publishes to streams while the command after the first argument runs, and reads everything back: each acknowledged message
 * has to be there once, in the order of its publisher, and the connection has to last. What was acknowledged stands in the
 * file that the first argument names, so that the next run looks for it too. Without a command it only looks.
 */

const [file = '', program, ...args] = process.argv.slice(2);
const servers = `127.0.0.1:${process.env.SKEIN_PORT}`;
const STREAMS = ['S0', 'S1', 'S2', 'S3'];
const PUBLISHERS = 4;
/** On each side of the command, of each publisher. */
const MESSAGES = 50;
const ANSWER_MS = 2000;
const ATTEMPTS_MAX = 30;
const ALL_MS = 120_000;

AbortSignal.timeout(ALL_MS).addEventListener('abort', () => fail(`not done within ${ALL_MS} ms`));
const acknowledged: Record<string, number> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const connection = await connect({ servers, reconnect: false });
void connection.closed().then((error) => fail(`the connection ended: ${error}`));

if (program !== undefined) {
  for (const name of STREAMS) await ask(`$JS.API.STREAM.CREATE.${name}`, { name, subjects: [`${name}.>`] });
  await publishWhile(run(program, args));
  writeFileSync(file, JSON.stringify(acknowledged));
}
await Promise.all(STREAMS.map(readBack));
process.exit(0);

/** Each publisher waits for one acknowledgement before it publishes the next message, as one who wants to know does. */
async function publishWhile(command: Promise<void>): Promise<void> {
  let isOver = false;
  const over = command.then(() => {
    isOver = true;
  });
  const publishers = STREAMS.flatMap((name) => Array.from({ length: PUBLISHERS }, (_, index) => `${name}.${index}`));
  await Promise.all([
    over,
    ...publishers.map(async (subject) => {
      for (let left = MESSAGES; left > 0; ) {
        const number = (acknowledged[subject] ?? 0) + 1;
        await publish(subject, number);
        acknowledged[subject] = number;
        if (isOver) left--;
      }
    }),
  ]);
}

/** An answer may be lost with the store that was to give it: the same id tells the next one that it is the same message. */
async function publish(subject: string, number: number): Promise<void> {
  const id = headers();
  id.set('Nats-Msg-Id', `${subject} ${number}`);
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = (await connection.request(subject, String(number), { headers: id, timeout: ANSWER_MS })).json<{
        error?: object;
      }>();
      if (answer.error === undefined) return;
      throw new Error(JSON.stringify(answer.error));
    } catch (error) {
      if (attempt === ATTEMPTS_MAX) throw error;
      console.error(`${subject} ${number}: ${error}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function readBack(stream: string): Promise<void> {
  const inbox = createInbox();
  const read: Record<string, number> = {};
  const messages = connection.subscribe(inbox);
  const config = { deliver_subject: inbox, ack_policy: 'none', flow_control: false, replay_policy: 'instant' };
  const { num_pending } = await ask(`$JS.API.CONSUMER.CREATE.${stream}`, { stream_name: stream, config });
  let left = num_pending as number;
  if (left > 0) {
    for await (const message of messages) {
      const expected = (read[message.subject] ?? 0) + 1;
      if (message.string() !== String(expected))
        fail(`${message.subject}: ${message.string()} in place of ${expected}`);
      read[message.subject] = expected;
      if (--left === 0) break;
    }
  }
  for (const [subject, count] of Object.entries(acknowledged)) {
    if (subject.startsWith(`${stream}.`) && read[subject] !== count) {
      fail(`${subject}: ${count} messages were acknowledged, ${read[subject] ?? 0} are there`);
    }
  }
  console.log(`${stream}: ${num_pending} messages`);
}

async function ask(subject: string, body: object): Promise<Record<string, unknown>> {
  const answer = (await connection.request(subject, JSON.stringify(body), { timeout: 5000 })).json<{
    error?: object;
  }>();
  if (answer.error !== undefined) throw new Error(`${subject}: ${JSON.stringify(answer.error)}`);
  return answer as Record<string, unknown>;
}

function run(command: string, words: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn(command, words, { stdio: 'inherit' })
      .once('error', reject)
      .once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ${words.join(' ')}: ${code}`))));
  });
}

function fail(why: string): never {
  console.error(why);
  process.exit(1);
}
