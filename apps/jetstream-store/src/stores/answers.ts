import type { Member } from '@skein/bus';
import { type ApiCounts, ApiError, apiErrors, decodeOperation, type StreamConfig } from '@skein/jetstream-core';
import type { StreamAccount } from '../account.ts';
import { purgeHere, usageOf } from '../api/account-handlers.ts';
import { listedStream, streamView } from '../api/views.ts';
import type { StreamDirectory } from '../directory.ts';
import type { ApiContext } from '../hosting.ts';

/** Of a stream that this store has, or is to have. */
interface Question {
  readonly account: string;
}

export interface Answering {
  readonly directory: StreamDirectory;
  readonly context: ApiContext;
  countsOf(account: string): ApiCounts;
}

/** What other stores ask of this one. An ApiError becomes an answer. */
export function answerStores(member: Pick<Member, 'handle'>, { directory, context, countsOf }: Answering): void {
  const answer = <T extends Question>(
    method: string,
    run: (account: StreamAccount, question: T) => object | Promise<object>,
  ) =>
    member.handle(method, async (body) => {
      try {
        const question = JSON.parse(body) as T;
        const account = directory.account(question.account);
        if (account === undefined) throw apiErrors.notEnabledForAccount();
        return JSON.stringify(await run(account, question));
      } catch (error) {
        if (error instanceof ApiError) return JSON.stringify({ error });
        throw error;
      }
    });
  answer<Question & { config: StreamConfig }>('store-create', async (account, { config }) => ({
    shown: streamView(await account.createHere(config), context).view,
  }));
  answer<Question & { config: StreamConfig }>('store-update', async (account, { config }) => ({
    shown: streamView(await account.updateHere(config.name, config), context).view,
  }));
  answer<Question & { names: string[] }>('store-list', (account, { names }) => ({
    streams: names.flatMap((name) => {
      const stream = account.streams.get(name);
      return stream === undefined ? [] : [listedStream(stream, context)];
    }),
  }));
  answer('store-usage', (account) => usageOf(account, countsOf(account.name)));
  answer('store-purge', (account) => purgeHere(context, account.name));
  answer<Question & { stream: string; operation: string }>('store-ingest', async (account, question) => {
    const stream = account.streams.get(question.stream);
    if (stream === undefined) throw apiErrors.streamNotFound();
    const { operation } = decodeOperation(Buffer.from(question.operation, 'base64'));
    return { taken: await stream.change(operation) };
  });
}
