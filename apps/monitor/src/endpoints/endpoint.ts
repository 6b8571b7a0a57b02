import type { Monitor } from '../monitor.ts';
import { type Fields, NO_OPTIONS, type OptionsOf, optionsFromBody, optionsFromQuery, type Query } from './options.ts';

/** What a page answers, over HTTP and to a system service alike. */
export interface Page {
  /** Of the HTTP answer. */
  status: number;
  /** What is answered, as JSON. */
  body: unknown;
  /** Without line breaks. */
  compact?: boolean;
  /** Over HTTP, this text instead of the body. */
  text?: string;
  /** To a system service, this `data` instead of the body. */
  data?: unknown;
}

/**
 * What was asked, read and ready to be answered. Answering throws `QuestionError` when it makes no sense (400; to a service error
 * code 500), `UnavailableError` when nobody could be asked (503).
 */
export type Question = (monitor: Monitor) => Promise<Page>;

/** A page that nats-server has: what it is called, what it may be asked, and how it answers. */
export interface Endpoint {
  /** The last token of the system services that answer the same: `VARZ` of `$SYS.REQ.SERVER.PING.VARZ`. */
  readonly name: string;
  /** Where it is over HTTP, the first one being its own. */
  readonly paths: readonly string[];
  /** `$SYS.REQ.ACCOUNT.<id>.<name>` can be answered from it: `fromBody` may be given an account. */
  readonly perAccount: boolean;
  /** Throws `QuestionError` with nats-server's text. */
  fromQuery(query: Query): Question;
  /**
   * From the JSON text of a system service's request, '' for none; about one account alone where `account` is given, whatever
   * the text says. Throws `QuestionError` with nats-server's text.
   */
  fromBody(body: string, account?: string): Question;
}

interface Definition<F extends Fields> {
  name: string;
  /** `/name` unless told otherwise. */
  paths?: readonly string[];
  fields?: F;
  /** What nats-server's errors call the options, where that is not `Name`. */
  structs?: readonly [event: string, options: string];
  /** The options of a question about one account. */
  forAccount?(options: OptionsOf<F>, account: string): OptionsOf<F>;
  answer(monitor: Monitor, options: OptionsOf<F>): Page | Promise<Page>;
}

export function endpoint<F extends Fields>(definition: Definition<F>): Endpoint {
  const { name, forAccount } = definition;
  const fields = definition.fields ?? (NO_OPTIONS as unknown as F);
  const capitalised = `${name[0]}${name.slice(1).toLowerCase()}`;
  const structs = definition.structs ?? [`${capitalised}EventOptions`, `${capitalised}Options`];
  const question =
    (options: OptionsOf<F>): Question =>
    async (monitor) =>
      definition.answer(monitor, options);
  return {
    name,
    paths: definition.paths ?? [`/${name.toLowerCase()}`],
    perAccount: forAccount !== undefined,
    fromQuery: (query) => question(optionsFromQuery(fields, query)),
    fromBody(body, account) {
      const options = optionsFromBody(fields, structs, body);
      return question(account === undefined || forAccount === undefined ? options : forAccount(options, account));
    },
  };
}

export const ok = (body: unknown): Page => ({ status: 200, body });

export const isoTime = (unixMs: number): string => new Date(unixMs).toISOString();
