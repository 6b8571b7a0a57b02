/**
 * Plays the scenarios of `src/recorded/stream/*.json` to a nats-server and writes down what it answers:
 * `node libs/jetstream-core/scripts/record.ts PATH_TO_NATS_SERVER [FILE…]`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Answer, readAnswer, type Scenario, type Step } from '../src/recorded/scenario.ts';
import { type Client, encode, type Heard, startOracle } from './oracle.ts';

const FOLLOWING_MS = 60;
/** Answers about fast batches. */
const FAST = '3';

const answerOf = ({ content, headerBytes }: Heard): Answer => readAnswer(content, headerBytes);

async function ask(client: Client, ...request: Parameters<Client['ask']>): Promise<Answer[]> {
  return (await client.ask(...request)).map(answerOf);
}

/** Puts a message into a fast batch. @returns all that is said to that */
async function append(client: Client, ...message: Parameters<Client['publish']>): Promise<Answer[]> {
  client.publish(...message);
  await setTimeout(FOLLOWING_MS);
  const all = client.heard.splice(0);
  client.heard.push(...all.filter(({ sid }) => sid !== FAST));
  return all.filter(({ sid }) => sid === FAST).map(answerOf);
}

async function play(client: Client, { config, steps }: Scenario): Promise<Scenario> {
  await client.ask('$JS.API.STREAM.DELETE.S', [], encode());
  client.heard.length = 0;
  const [created] = await ask(client, '$JS.API.STREAM.CREATE.S', [], encode({ name: 'S', ...config }));
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
        ? await ask(client, to, headers, encode(body))
        : await append(client, to, headers, encode(body), reply);
    const heard = client.heard.splice(0).map((one) => ({ subject: one.subject, ...answerOf(one) }));
    played.push({ ...step, answers, ...(heard.length > 0 && { heard }) });
  }
  return { config, steps: played };
}

const [server = '', ...files] = process.argv.slice(2);
const folder = fileURLToPath(new URL('../src/recorded/stream/', import.meta.url));
const { client, stop } = await startOracle(server);
// Where scenarios republish to.
client.listen('re.>');
client.listen('fi.>', FAST);
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
  stop();
}
