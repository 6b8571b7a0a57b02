import { accountStat, eventId, type ServerFacts, type ServerInfo } from '@skein/events';
import { accountStatistics } from '../account-statistics.ts';
import { accountz } from '../endpoints/accountz.ts';
import { accstatz } from '../endpoints/accstatz.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import { jszOfAccount } from '../endpoints/jsz.ts';
import { optionsFromBody } from '../endpoints/options.ts';
import { QuestionError } from '../endpoints/question-error.ts';
import { answerService, type ServiceAnswer } from '../endpoints/service.ts';
import { endpoints } from '../endpoints/table.ts';
import type { Asked } from '../gather.ts';
import type { Monitor } from '../monitor.ts';
import type { Profiles } from '../profiling/profiles.ts';
import { ClientDeeds } from './client-deeds.ts';
import { filterFrom, isMeant } from './filter.ts';
import { serviceOf } from './patterns.ts';
import { requestInfo } from './request-info.ts';
import { statsz } from './statsz.ts';
import { subscriberCount } from './subscriber-count.ts';
import type { SystemRequest } from './system-request.ts';
import { userInfo } from './user-info.ts';

/** JSON, but for counts, which are bare numbers. */
export interface SystemAnswer {
  body: unknown;
  /** May be compressed, where the requester says that it can read that. */
  compressible: boolean;
}

export interface ServicesOptions {
  monitor: Monitor;
  member: Asked;
  facts(): ServerFacts;
  server(): ServerInfo;
  systemAccount: string;
  profiles: Profiles;
  /** Resolves to why the new configuration was refused. */
  reload(): Promise<string | undefined>;
}

/** Answers what is asked of the server in its system account. Without I/O of its own but the member's questions. */
export class Services {
  readonly #options: ServicesOptions;
  readonly #deeds: ClientDeeds;
  readonly #pages = new Map(endpoints.map((page) => [page.name, page]));

  constructor(options: ServicesOptions) {
    this.#options = options;
    this.#deeds = new ClientDeeds(options.member);
  }

  /** Undefined: this server says nothing to it. Never rejects for what the requester sent. */
  async answer(request: SystemRequest): Promise<SystemAnswer | undefined> {
    try {
      if (request.isTooLarge) throw new QuestionError('request is too large');
      return await this.#answer(request);
    } catch (error) {
      if (error instanceof QuestionError) return this.refusal(400, error.message);
      return this.refusal(500, (error as Error).message);
    }
  }

  refusal(code: number, description: string): SystemAnswer {
    return this.#enveloped({ error: { code, description } });
  }

  async #answer(request: SystemRequest): Promise<SystemAnswer | undefined> {
    const { member, systemAccount } = this.#options;
    const service = serviceOf(request.subject);
    switch (service?.of) {
      case 'server':
        return this.#ofServer(service.name, request);
      case 'account':
        return this.#ofAccount(service.account, service.name, request);
      case 'user':
        return this.#enveloped({ data: await userInfo(member, request) });
      case 'subscribers':
      case 'subscriptions':
        return bare(await subscriberCount(member, service.of, request, systemAccount));
      default:
        return undefined;
    }
  }

  async #ofServer(name: string, { body }: SystemRequest): Promise<SystemAnswer | undefined> {
    // It is asked for no other reason than to be told apart: filters don't count (nats-server 2.15).
    if (name === 'IDZ') return bare(this.#id());
    if (name === 'KICK' || name === 'LDM') return this.#enveloped(await this.#deeds.do(name, body));
    const event = name === 'RELOAD' ? 'EventFilterOptions' : `${name[0]}${name.slice(1).toLowerCase()}EventOptions`;
    if (!isMeant(filterFrom(body, event), this.#options.facts())) return undefined;
    if (name === 'RELOAD') return this.#reload();
    if (name === 'STATSZ') return this.#enveloped({ statsz: await statsz(this.#options.monitor) });
    if (name === 'PROFILEZ') return this.#profile(body);
    const page = this.#pages.get(name);
    return page && this.#page(page, body);
  }

  async #ofAccount(account: string, name: string, { body, headers }: SystemRequest): Promise<SystemAnswer | undefined> {
    const { monitor } = this.#options;
    switch (name) {
      case 'CONNS':
        return this.#connections(account, body);
      case 'STATZ':
        // PING asks of all accounts, but for users of an account of that name.
        return this.#page(
          accstatz,
          body,
          account === 'PING' && requestInfo(headers).acc !== 'PING' ? undefined : account,
        );
      case 'INFO': {
        const answer = await answerService(monitor, accountz, body, account);
        return answer && this.#enveloped(detailOf(answer));
      }
      case 'JSZ': {
        filterFrom(body, 'JszEventOptions');
        const answer = await answerService(monitor, jszOfAccount, body, account);
        return answer && this.#enveloped(answer, true);
      }
      default: {
        const page = this.#pages.get(name);
        return page && this.#page(page, body, account);
      }
    }
  }

  async #page(page: Endpoint, body: string, account?: string): Promise<SystemAnswer | undefined> {
    const answer = await answerService(this.#options.monitor, page, body, account);
    return answer && this.#enveloped(answer, true);
  }

  /** As the event of that name; nothing where the account has nobody here (nats-server 2.15). */
  async #connections(account: string, body: string): Promise<SystemAnswer | undefined> {
    const { account: asked } = optionsFromBody(connsFields, ['accNumConnsReq', 'account'], body);
    if (asked !== '' && asked !== account) throw new QuestionError('account does not match the subject');
    const { accounts } = await accountStatistics(this.#options.monitor.gather, [account]);
    const figures = accounts.get(account);
    if (figures === undefined || figures.connections === 0) return undefined;
    return bare({
      type: 'io.nats.server.advisory.v1.account_connections',
      id: eventId(),
      timestamp: new Date(this.#options.monitor.wallMs()).toISOString(),
      server: this.#options.server(),
      ...accountStat(figures),
    });
  }

  async #profile(body: string): Promise<SystemAnswer> {
    const options = optionsFromBody(profileFields, ['ProfilezEventOptions', 'ProfilezOptions'], body);
    const { profilez } = await import('../profiling/profilez.ts');
    const { profile, error } = await profilez(this.#options.profiles, options);
    return this.#enveloped({ data: { profile, ...(error !== '' && { error }) } });
  }

  async #reload(): Promise<SystemAnswer> {
    const refusal = await this.#options.reload();
    return this.#enveloped(refusal === undefined ? {} : { error: { code: 500, description: refusal } });
  }

  #id() {
    const { serverName: name, host, serverId: id } = this.#options.facts();
    return { name, host, id };
  }

  #enveloped(answer: ServiceAnswer | object, compressible = false): SystemAnswer {
    return { body: { server: this.#options.server(), ...answer }, compressible };
  }
}

const profileFields = {
  name: { kind: 'string', body: 'name' },
  debug: { kind: 'int', body: 'debug' },
  duration: { kind: 'int', body: 'duration', type: 'time.Duration' },
} as const;

const connsFields = { account: { kind: 'string', body: 'acc' } } as const;

const bare = (body: unknown): SystemAnswer => ({ body, compressible: false });

/** Of the page about accounts, what it says of this one. */
function detailOf(answer: ServiceAnswer): ServiceAnswer {
  if (!('data' in answer) || answer.data === null) return answer;
  return { data: (answer.data as { account_detail?: unknown }).account_detail ?? null };
}
