import type { Peer } from '@skein/bus';
import type { InterestFigures, SubscriptionRow, SubszAnswer } from '@skein/bus/questions';
import { type Answers, type Gather, staleness } from './gather.ts';
import { Turnstile } from './turnstile.ts';
import { UnavailableError } from './unavailable-error.ts';

export interface SubscriptionQuery {
  /** '': all. */
  account: string;
  /** '': all; else those that get messages on it. */
  test: string;
  offset: number;
  /** 0: only counted. */
  limit: number;
}

export interface SubscriptionPage {
  total: number;
  subscriptions: SubscriptionRow[];
  figures: InterestFigures[];
  staleness: ReturnType<typeof staleness>;
}

const AT_ONCE = 2;
const WAITING_MAX = 16;
/** A gateway gives 10,000 or 1 MiB of text in an answer. */
const FURTHER_MAX = 16;

/**
 * Pages of the subscriptions of all gateways, one gateway after the other in the order of their ids. How many each has is asked
 * first, then the page is fetched from those that it lies in.
 */
export class SubscriptionPages {
  readonly #gather: Gather;
  readonly #turnstile = new Turnstile(AT_ONCE, WAITING_MAX);

  constructor(gather: Gather) {
    this.#gather = gather;
  }

  /** Rejects with `UnavailableError` when there is nothing to show, or too many ask. */
  page(query: SubscriptionQuery): Promise<SubscriptionPage> {
    return this.#turnstile.run(() => this.#make(query));
  }

  async #make(query: SubscriptionQuery): Promise<SubscriptionPage> {
    const counted = await this.#ask(query, 0, 0);
    if (counted.answers.length === 0) throw new UnavailableError('no gateway answers');
    const subscriptions: SubscriptionRow[] = [];
    const all: Answers<SubszAnswer>[] = [counted];
    let skip = query.offset;
    for (const { peer, body } of counted.answers) {
      const left = query.limit - subscriptions.length;
      if (left > 0 && skip < body.total) {
        for (const answers of await this.#rowsOf(peer, query, skip, Math.min(left, body.total - skip))) {
          all.push(answers);
          for (const one of answers.answers) subscriptions.push(...one.body.subscriptions);
        }
      }
      skip = Math.max(0, skip - body.total);
    }
    return {
      total: counted.answers.reduce((sum, { body }) => sum + body.total, 0),
      subscriptions,
      figures: counted.answers.map(({ body }) => body.figures),
      staleness: staleness({ answers: all.flatMap(({ answers }) => answers), silent: counted.silent }),
    };
  }

  /** As many answers as the rows need, within a bound. */
  async #rowsOf(peer: Peer, query: SubscriptionQuery, offset: number, count: number): Promise<Answers<SubszAnswer>[]> {
    const all: Answers<SubszAnswer>[] = [];
    let got = 0;
    while (got < count && all.length < FURTHER_MAX) {
      const answers = await this.#ask(query, offset + got, count - got, peer);
      const rows = answers.answers.reduce((sum, { body }) => sum + body.subscriptions.length, 0);
      all.push(answers);
      // It has fewer by now, or does not answer.
      if (rows === 0) break;
      got += rows;
    }
    return all;
  }

  #ask({ account, test }: SubscriptionQuery, offset: number, limit: number, peer?: Peer) {
    const body = JSON.stringify({
      ...(account !== '' && { account }),
      ...(test !== '' && { test }),
      offset,
      limit,
    });
    return this.#gather.put<SubszAnswer>({ method: 'subsz', body, component: 'gateway', peer });
  }
}
