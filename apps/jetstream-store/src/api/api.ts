import {
  type AdvisoryClient,
  type AnswerPart,
  type ApiCounts,
  ApiError,
  apiErrors,
  headerOf,
  levelFault,
  levelRequired,
  requiresMore,
} from '@skein/jetstream-core';
import type { Api, ApiContext, ApiRequest } from '../hosting.ts';
import { storeUnavailable } from '../store-errors.ts';
import { purgeAccount } from './account-handlers.ts';
import { ApiCounter } from './api-counter.ts';
import type { Call } from './call.ts';
import { answerDirect } from './direct.ts';
import { Lanes } from './lanes.ts';
import { type Route, routes } from './routes.ts';
import { readSubject } from './subject.ts';
import { readText, writeText } from './text.ts';
import { Waiting } from './waiting.ts';

const NEXT = '$JS.API.CONSUMER.MSG.NEXT';
const DIRECT = '$JS.API.DIRECT.GET';
/** To who asks for messages, as the gateway says it for a store that takes no more. */
const TOO_MANY = Buffer.from('NATS/1.0 429 Too Many Requests\r\n\r\n');
const TYPE = 'io.nats.jetstream.api.v1.';

/** `$JS.API.>`, as nats-server 2.15.2 answers it where there is no cluster. */
export function createApi(context: ApiContext): Api {
  return new JetStreamApi(context);
}

class JetStreamApi implements Api {
  readonly #context: ApiContext;
  readonly #lanes = new Lanes();
  readonly #waiting = new Waiting();
  readonly #counter = new ApiCounter();

  constructor(context: ApiContext) {
    this.#context = context;
  }

  countsOf(account: string): ApiCounts {
    return this.#counter.of(account);
  }

  handle(request: ApiRequest): void {
    if (request.reply === '') return;
    const { outbox, notices, requestsMax } = this.#context;
    if (this.#waiting.isEmpty && !outbox.isCongested) this.#take(request);
    else if (!this.#waiting.hold(request.content.length, requestsMax, () => this.#takeLate(request))) {
      notices.apiRefused();
      this.#turnAway(request);
    }
  }

  /** In few words, for which there is room yet; nobody is told of it. */
  #turnAway({ accountName, reply, subject }: ApiRequest): void {
    const { outbox } = this.#context;
    const route = routes[readSubject(subject)?.verb ?? ''];
    if (route === undefined) outbox.reply(accountName, reply, TOO_MANY, TOO_MANY.length);
    else {
      const error = apiErrors.tooManyRequests();
      outbox.answer(accountName, reply, JSON.stringify({ type: `${TYPE}${route.type}`, error, ...route.blank }));
    }
  }

  unavailable(request: Omit<ApiRequest, 'account'>): void {
    const whole = { ...request, account: undefined };
    const route = routes[readSubject(request.subject)?.verb ?? ''];
    if (route === undefined) this.#nobody(whole);
    else this.#refuse(whole, route, storeUnavailable());
  }

  release(): void {
    this.#waiting.release(() => !this.#context.outbox.isCongested);
  }

  /** Whose it is may be another store meanwhile. */
  #takeLate(request: ApiRequest): void {
    if (!this.#handOn(request)) this.#take(request);
  }

  #handOn(request: ApiRequest): boolean {
    return this.#context.others?.handOn(request) === true;
  }

  settled(): Promise<void> {
    return this.#lanes.settled();
  }

  #take(request: ApiRequest): void {
    // Of these everybody is told whether somebody is there.
    if (request.subject.startsWith(NEXT)) {
      this.#next(request);
      return;
    }
    if (request.subject.startsWith(DIRECT)) {
      this.#direct(request);
      return;
    }
    const parsed = readSubject(request.subject);
    if (parsed === undefined) return;
    if (parsed.verb === 'ACCOUNT.PURGE') {
      // For the system account; others hear nothing.
      if (request.accountName !== this.#context.systemAccount) return;
      this.#send(request, {
        type: `${TYPE}account_purge_response`,
        ...purgeAccount(this.#context, parsed.names[0] ?? ''),
      });
      return;
    }
    const route = routes[parsed.verb];
    if (route !== undefined) this.#dispatch(request, route, parsed.names);
  }

  #dispatch(request: ApiRequest, route: Route, names: readonly string[]): void {
    const { accountName } = request;
    const lane = names[0] ?? '';
    if (this.#lanes.isFree(accountName, lane)) {
      const pending = this.#run(request, route, names);
      if (pending !== undefined) this.#lanes.take(accountName, lane, () => pending);
    } else if (this.#lanes.count >= this.#context.requestsMax) {
      this.#refuse(request, route, apiErrors.tooManyRequests());
      this.#context.notices.apiRefused();
      this.#count(request);
    } else {
      // What was ahead may have made the stream, in another store.
      this.#lanes.take(accountName, lane, async () =>
        this.#handOn(request) ? undefined : this.#run(request, route, names),
      );
    }
  }

  /** @returns what settles when it was answered; undefined: it was */
  #run(request: ApiRequest, route: Route, names: readonly string[]): Promise<void> | undefined {
    const behind = route.isLate && request.account?.streams.get(names[0] ?? '')?.caughtUp();
    const pending = behind
      ? behind.then(() => this.#handle(request, route, names))
      : this.#handle(request, route, names);
    this.#count(request);
    return pending;
  }

  /** Who asks how many there were is told of those before. Accounts without JetStream have no such figures. */
  #count({ account, accountName }: ApiRequest): void {
    if (account !== undefined) this.#counter.count(accountName);
  }

  #handle(request: ApiRequest, route: Route, names: readonly string[]): Promise<void> | undefined {
    try {
      const result = route.handle(this.#call(request, route, names));
      if (!(result instanceof Promise)) {
        this.#answer(request, route, result);
        return undefined;
      }
      return result.then(
        (fields) => this.#answer(request, route, fields),
        (error) => this.#fail(request, route, error),
      );
    } catch (error) {
      this.#fail(request, route, error);
      return undefined;
    }
  }

  /** @throws ApiError for whom there is nothing to be had here */
  #call({ account, reply, content, headerBytes }: ApiRequest, route: Route, names: readonly string[]): Call {
    if (route.isClustered) throw apiErrors.clusterRequired();
    const required = headerBytes > 0 ? (headerOf(content, headerBytes, 'Nats-Required-Api-Level') ?? '') : '';
    const fault = levelFault(required);
    if (fault !== undefined) throw fault;
    if (account === undefined) throw apiErrors.notEnabledForAccount();
    const text = readText(content, headerBytes);
    const client = clientOf(content, headerBytes);
    return { context: this.#context, account, names, text, reply, client, counter: this.#counter };
  }

  #answer(request: ApiRequest, route: Route, fields: object): void {
    this.#send(request, { type: `${TYPE}${route.type}`, ...fields });
  }

  #fail(request: ApiRequest, route: Route, error: unknown): void {
    if (error instanceof ApiError) {
      this.#refuse(request, route, error);
      return;
    }
    this.#context.log.error(`${request.subject}: ${(error as Error).stack}`);
    this.#refuse(request, route, apiErrors.temporarilyUnavailable());
  }

  #refuse(request: ApiRequest, route: Route, error: ApiError): void {
    if (route.isShy && isAbsence(error)) return;
    if (request.account !== undefined) this.#counter.countError(request.accountName);
    if (error.detail !== undefined) this.#context.log.warn(`${request.subject}: ${error.message}: ${error.detail}`);
    this.#send(request, { type: `${TYPE}${route.type}`, error, ...route.blank });
  }

  #send({ accountName, reply, subject, content, headerBytes }: ApiRequest, response: object): void {
    const { outbox, notices } = this.#context;
    const text = JSON.stringify(response);
    outbox.reply(accountName, reply, writeText(text), 0);
    const client = clientOf(content, headerBytes);
    notices.apiAudit(accountName, client, subject, content.toString('latin1', headerBytes), text);
  }

  /** For messages of a consumer that is not there, or that needs more than there is. */
  #next(request: ApiRequest): void {
    const { accountName, reply, content, headerBytes } = request;
    if (headerBytes > 0 && requiresMore(content, headerBytes)) {
      const { content: block } = levelRequired();
      this.#context.outbox.reply(accountName, reply, block, block.length);
    } else this.#nobody(request);
  }

  /** As the gateway tells who asks where nobody listens. */
  #nobody({ accountName, reply, subject }: ApiRequest): void {
    const block = Buffer.from(`NATS/1.0 503\r\nNats-Subject: ${subject}\r\n\r\n`, 'latin1');
    this.#context.outbox.reply(accountName, reply, block, block.length);
  }

  #direct(request: ApiRequest): void {
    const { account } = request;
    const parts = account && answerDirect(account, request);
    if (parts === undefined) {
      this.#nobody(request);
      return;
    }
    this.#sendParts(request, parts[Symbol.iterator]());
  }

  /** As many as there is room for; the others follow. */
  #sendParts(request: ApiRequest, parts: Iterator<AnswerPart>): void {
    const { outbox, notices } = this.#context;
    for (let next = parts.next(); !next.done; next = parts.next()) {
      outbox.reply(request.accountName, request.reply, next.value.content, next.value.headerBytes);
      if (!outbox.isCongested) continue;
      const isHeld = this.#waiting.hold(0, this.#context.requestsMax, () => this.#sendParts(request, parts));
      if (!isHeld) notices.apiRefused();
      return;
    }
  }
}

/** Names inside have a char a byte. */
function clientOf(content: Buffer, headerBytes: number): AdvisoryClient {
  const text = headerBytes > 0 ? headerOf(content, headerBytes, 'Nats-Request-Info') : undefined;
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as AdvisoryClient;
  } catch {
    return {};
  }
}

const absences = [apiErrors.streamNotFound(), apiErrors.consumerNotFound(), apiErrors.notEnabledForAccount()];
const isAbsence = ({ errorCode }: ApiError): boolean => absences.some((one) => one.errorCode === errorCode);
