import type { More, Request, Scene } from './scene.ts';

/** What was asked, and what came; none: nobody answered. Status lines and headers come before the text. */
export interface Said {
  asked: string;
  answers: unknown[];
}

/** What one message asks. */
export interface Question {
  readonly to: string;
  /** Header block; '': none. */
  readonly block: string;
  readonly text: string;
  readonly until?: RegExp;
  /** Whether somebody is expected to answer; undefined: not known. */
  readonly isAnswered?: boolean;
}

/** Asks, and gives back what came, one char a byte; what is delivered begins with its subject and reply. */
export type Ask = (question: Question) => Promise<string[]>;

const LONG = 300;

/**
 * Holds one scene, in an account that has no streams before nor afterwards.
 *
 * @param recorded what was said when it was recorded
 */
export async function converse(ask: Ask, { steps }: Scene, recorded?: readonly Said[]): Promise<Said[]> {
  const talk = new Talk(ask);
  await talk.clear();
  await talk.countAnew();
  const said: Said[] = [];
  for (const [i, step] of steps.entries()) {
    said.push(await talk.say(step, recorded === undefined ? undefined : recorded[i]?.answers.length !== 0));
  }
  await talk.clear();
  return said;
}

class Talk {
  readonly #ask: Ask;
  /** What the account had asked, and been refused, before the scene. */
  #before = { total: 0, errors: 0 };

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async clear(): Promise<void> {
    const { answers } = await this.say(['STREAM.NAMES']);
    const { streams } = (answers[0] ?? {}) as { streams?: string[] };
    for (const name of streams ?? []) await this.say([`STREAM.DELETE.${name}`]);
  }

  /** What `api` counts begins with the scene. */
  async countAnew(): Promise<void> {
    const { answers } = await this.say(['INFO']);
    const { api } = (answers[0] ?? {}) as { api?: { total: number; errors: number } };
    if (api !== undefined) this.#before = api;
  }

  async say([subject, body = '', more = {}]: Request, isAnswered?: boolean): Promise<Said> {
    const { headers = [], until, silent }: More = more;
    const to = /^[A-Z]{2}/.test(subject) ? `$JS.API.${subject}` : subject;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const block = headers.length === 0 ? '' : `NATS/1.0\r\n${headers.join('\r\n')}\r\n\r\n`;
    const answers = await this.#ask({ to, block, text, until, isAnswered: isAnswered ?? (silent ? undefined : true) });
    const asked = `${to} ${headers.map((line) => `[${short(line)}] `).join('')}${short(text)}`.trim();
    return { asked, answers: answers.map((one) => readable(one, this.#before)) };
  }
}

const short = (text: string): string => (text.length > LONG ? `${text.slice(0, 40)}… (${text.length})` : text);

/** JSON as an object, without what differs from run to run. */
function readable(text: string, before: { total: number; errors: number }): unknown {
  if (!text.startsWith('{')) {
    const isDelivery = /^\S+ \$JS\.ACK/.test(text);
    return (isDelivery ? text.replace(/\.\d{19}\./, '.T.') : text).replace(/(Nats-Time-Stamp: )\S+/, '$1T');
  }
  return JSON.parse(text, (key, value) => {
    if (key === 'ts' || key === 'created' || key === 'pause_remaining') return 'T';
    if (key === 'api' && typeof value === 'object')
      return { ...value, total: value.total - before.total, errors: value.errors - before.errors };
    if (key === 'first_ts' || key === 'last_ts' || key === 'time' || key === 'last_active') {
      return (value as string).startsWith('0001') ? value : 'T';
    }
    if (key === 'name' && /^[A-Za-z0-9]{8}$/.test(value as string)) return 'MADE-UP';
    return value;
  });
}
