import {
  type AccountOverview,
  type ConsumersAnswer,
  type ConsumersQuestion,
  compareRows,
  type FindAnswer,
  type FindQuestion,
  type JetStreamOverview,
  type JetStreamUsage,
  type RowsAnswer,
  type RowsQuestion,
  type StreamDetail,
  type StreamsAnswer,
  type StreamsPosition,
  type StreamsQuestion,
  type StreamTrouble,
} from '@skein/jetstream-core';
import { type Answers, type Gather, staleness } from '../gather.ts';
import { Turnstile } from '../turnstile.ts';
import { UnavailableError } from '../unavailable-error.ts';

/** All stores of the node together. */
export interface JetStreamTotals extends JetStreamUsage {
  reserved: JetStreamUsage;
  streams: number;
  consumers: number;
  messages: number;
  bytes: number;
  api: { total: number; errors: number };
  /** By name, in order of the names. */
  accounts: AccountOverview[];
  troubles: StreamTrouble[];
  staleness: ReturnType<typeof staleness>;
}

const AT_ONCE = 2;
const WAITING_MAX = 16;
/** A store gives about 1 MiB of text in an answer. */
const ANSWERS_MAX = 128;
const START: StreamsPosition = { stream: 0, consumer: 0 };

/** What the stores say of streams and consumers. */
export class JetStream {
  readonly #gather: Gather;
  readonly #turnstile = new Turnstile(AT_ONCE, WAITING_MAX);
  #last: JetStreamTotals | undefined;

  constructor(gather: Gather) {
    this.#gather = gather;
  }

  /** While no store answers, what was there last: streams are not gone because the process that has them is. */
  async totals(): Promise<JetStreamTotals> {
    const answers = await this.#put<JetStreamOverview>('jetstream');
    if (answers.answers.length > 0 || this.#last === undefined) this.#last = this.#totalsOf(answers);
    return { ...this.#last, staleness: staleness(answers) };
  }

  #totalsOf(answers: Answers<JetStreamOverview>): JetStreamTotals {
    const overviews = answers.answers.map(({ body }) => body);
    const accounts = joined(overviews.flatMap((one) => one.accounts));
    const sum = (figure: (one: AccountOverview) => number): number =>
      accounts.reduce((all, one) => all + figure(one), 0);
    return {
      memory: sum(({ memory }) => memory),
      storage: sum(({ storage }) => storage),
      reserved: { memory: sum(({ reserved }) => reserved.memory), storage: sum(({ reserved }) => reserved.storage) },
      streams: sum(({ streams }) => streams),
      consumers: sum(({ consumers }) => consumers),
      messages: sum(({ messages }) => messages),
      bytes: sum(({ bytes }) => bytes),
      api: { total: sum(({ api }) => api.total), errors: sum(({ api }) => api.errors) },
      accounts,
      troubles: overviews.flatMap(({ troubles }) => troubles),
      staleness: staleness(answers),
    };
  }

  /**
   * An account's streams, store by store. Rejects with `UnavailableError` when that is too much, or too many ask.
   *
   * @param isEnough no more is asked for once it is true of what there is
   */
  streams(
    account: string,
    parts: Pick<StreamsQuestion, 'consumers' | 'direct' | 'config'>,
    isEnough: (found: readonly StreamDetail[]) => boolean = () => false,
  ): Promise<StreamDetail[]> {
    return this.#turnstile.run(async () => {
      const found: StreamDetail[] = [];
      for (const { peer } of (await this.#put<JetStreamOverview>('jetstream')).answers) {
        let from: StreamsPosition | undefined = START;
        for (let asked = 0; from !== undefined; asked++) {
          if (asked === ANSWERS_MAX)
            throw new UnavailableError('these are too many streams and consumers for one page');
          const question: StreamsQuestion = { account, from, ...parts };
          const body = JSON.stringify(question);
          const { answers } = await this.#gather.put<StreamsAnswer>({ method: 'jetstream-streams', body, peer });
          const answer: StreamsAnswer | undefined = answers[0]?.body;
          if (answer === undefined) break;
          append(found, answer.streams, from);
          from = answer.next;
          if (isEnough(found)) return found;
        }
      }
      return found;
    });
  }

  /** A page of the streams of all stores. */
  async rows(question: RowsQuestion, offset: number): Promise<RowsAnswer> {
    const body = JSON.stringify({ ...question, limit: offset + question.limit });
    const { answers } = await this.#put<RowsAnswer>('jetstream-rows', body);
    const rows = answers.flatMap((one) => one.body.rows).sort(compareRows(question.sort, question.rising));
    const total = answers.reduce((sum, one) => sum + one.body.total, 0);
    return { total, rows: rows.slice(offset, offset + question.limit) };
  }

  /** Some of a stream's consumers, from the store that has it. */
  async consumers(question: ConsumersQuestion): Promise<ConsumersAnswer> {
    const { answers } = await this.#put<ConsumersAnswer>('jetstream-consumers', JSON.stringify(question));
    return answers.map(({ body }) => body).find(({ total }) => total > 0) ?? { total: 0, consumers: [] };
  }

  async find(question: FindQuestion): Promise<FindAnswer> {
    const { answers } = await this.#put<FindAnswer>('jetstream-find', JSON.stringify(question));
    return { stream: answers.some(({ body }) => body.stream), consumer: answers.some(({ body }) => body.consumer) };
  }

  #put<Body>(method: string, body?: string): Promise<Answers<Body>> {
    return this.#gather.put<Body>({ method, component: 'jetstream-store', ...(body !== undefined && { body }) });
  }
}

/** Of each account what it is in all stores. */
function joined(all: readonly AccountOverview[]): AccountOverview[] {
  const accounts = new Map<string, AccountOverview>();
  for (const one of all) {
    const known = accounts.get(one.account);
    accounts.set(one.account, known === undefined ? one : together(known, one));
  }
  return [...accounts.values()].sort((a, b) => (a.account < b.account ? -1 : 1));
}

const together = (a: AccountOverview, b: AccountOverview): AccountOverview => ({
  // Limits are the account's, whoever tells them.
  ...b,
  memory: a.memory + b.memory,
  storage: a.storage + b.storage,
  reserved: { memory: a.reserved.memory + b.reserved.memory, storage: a.reserved.storage + b.reserved.storage },
  streams: a.streams + b.streams,
  consumers: a.consumers + b.consumers,
  messages: a.messages + b.messages,
  bytes: a.bytes + b.bytes,
  api: { total: a.api.total + b.api.total, errors: a.api.errors + b.api.errors },
});

/** What begins in the middle of a stream belongs to the last one. */
function append(found: StreamDetail[], more: readonly StreamDetail[], from: StreamsPosition): void {
  const last = found.at(-1);
  const [first, ...others] = more;
  if (from.consumer > 0 && last !== undefined && first !== undefined && first.name === last.name) {
    last.consumer_detail = [...(last.consumer_detail ?? []), ...(first.consumer_detail ?? [])];
    found.push(...others);
  } else found.push(...more);
}
