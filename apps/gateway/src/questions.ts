import type { Member } from '@skein/bus';
import { accountFigures, activeAccounts } from './account-figures.ts';
import { countSubscribers, describeClient, kick, sendLameDuck, unheard } from './client-services.ts';
import { connz } from './connz.ts';
import type { Gateway } from './gateway.ts';
import type { Interchange } from './interchange.ts';
import { subsz } from './subsz.ts';

/** What a gateway is asked by the other processes, the monitor above all; questions and answers are JSON. */
export function answerQuestions(member: Pick<Member, 'handle'>, gateway: Gateway): void {
  const answer = (method: string, fn: (question: never) => unknown): void =>
    member.handle(method, (body) => JSON.stringify(fn((body === '' ? {} : JSON.parse(body)) as never)));
  answer('connz', (query: Parameters<typeof connz>[1]) => connz(gateway, query));
  answer('subsz', (query: Parameters<typeof subsz>[1]) => subsz(gateway, query));
  answer('active-accounts', () => activeAccounts(gateway));
  answer('accounts', (query: Parameters<typeof accountFigures>[1]) => accountFigures(gateway, query));
  answer('events-heard', () => ({ heard: gateway.events?.heard ?? false }));
  answer('client', ({ cid }: { cid: number }) => ({ client: describeClient(gateway, cid) }));
  answer('kick', ({ cid }: { cid: number }) => ({ found: kick(gateway, cid) }));
  answer('lame-duck', ({ cid }: { cid: number }) => ({ found: sendLameDuck(gateway, cid) }));
  answer('subscribers', ({ account, subject, queue }: { account: string; subject: string; queue: string }) => ({
    count: countSubscribers(gateway, account, subject, queue),
  }));
  answer('unheard', ({ account, subjects }: { account: string; subjects: string[] }) => ({
    unheard: unheard(gateway, account, subjects),
  }));
  answer('responder', (named: Parameters<Interchange['responderNamed']>[0]) => {
    gateway.interchange.responderNamed(named);
    return {};
  });
}
