import { optionsFromBody } from '../endpoints/options.ts';
import type { Asked } from '../gather.ts';
import { requestInfo } from './request-info.ts';
import type { SystemRequest } from './system-request.ts';

const ANSWER_MS = 1000;

const fields = {
  account: { kind: 'string', body: 'acc' },
  subject: { kind: 'string', body: 'subject' },
  queue: { kind: 'string', body: 'queue' },
} as const;

interface Wanted {
  account: string;
  subject: string;
  queue: string;
}

/**
 * How many subscriptions a subject has in an account: `$SYS.DEBUG.SUBSCRIBERS` is asked by whoever is in it, with `subject` or
 * `subject queue` as text, `$SYS.REQ.ACCOUNT.NSUBS` by servers, in JSON. Throws `QuestionError`.
 */
export async function subscriberCount(
  member: Asked,
  service: 'subscribers' | 'subscriptions',
  request: SystemRequest,
  systemAccount: string,
): Promise<number> {
  const wanted = service === 'subscribers' ? wantedBy(request, systemAccount) : named(request.body);
  if (wanted.subject === '') return 0;
  const question = JSON.stringify(wanted);
  const gateways = [...member.peers.values()].filter(({ component }) => component === 'gateway');
  const answers = await Promise.allSettled(
    gateways.map((peer) => member.request(peer.id, 'subscribers', question, ANSWER_MS)),
  );
  return answers
    .map((one) => (one.status === 'fulfilled' ? (JSON.parse(one.value) as { count: number }).count : 0))
    .reduce((sum, count) => sum + count, 0);
}

function wantedBy({ headers, body }: SystemRequest, systemAccount: string): Wanted {
  const account = requestInfo(headers).acc ?? systemAccount;
  const words = body.trim().split(/\s+/);
  // More words than a subject and a queue name nothing (nats-server 2.15).
  if (words.length > 2) return { account, subject: '', queue: '' };
  return { account, subject: words[0], queue: words[1] ?? '' };
}

function named(body: string): Wanted {
  return optionsFromBody(fields, ['accNumSubsReq', 'accNumSubsReq'], body);
}
