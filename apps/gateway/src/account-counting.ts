import type { AccountCountedMessage, CountsSettledMessage } from '@skein/accounts';
import type { Member } from '@skein/bus';
import type { Gateway } from './gateway.ts';

/**
 * When fewer clients may be in an account than before, the auth-resolver first has each gateway make known how many it has, and then,
 * when all have, has each send away its own share of those who are too many.
 *
 * @param revision of the configuration that is in force here
 */
export function answerCounting(
  member: Pick<Member, 'handle'>,
  { accounts, admission, places }: Pick<Gateway, 'accounts' | 'admission' | 'places'>,
  revision: () => number,
): void {
  member.handle('counts-settled', async (body) => {
    const { revision: asked }: CountsSettledMessage = JSON.parse(body);
    // The auth-resolver may have been told of it sooner, and asks again.
    if (revision() < asked) throw new Error(`revision ${asked} is not in force yet`);
    await places.settledNow();
    return '{}';
  });
  member.handle('account-counted', (body) => {
    const { account: name }: AccountCountedMessage = JSON.parse(body);
    const account = accounts.get(name);
    if (account !== undefined) admission.endBeyond(account, places.share(account));
    return '{}';
  });
}
