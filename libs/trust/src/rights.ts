import type { AuthPermissions, AuthResponse } from '@skein/bus';
import { enforced } from '@skein/permissions';
import type { Admitted } from './user.ts';

const responsesMax = 1;
const responsesExpireMs = 120_000;

/** What a gateway is told of somebody who was let in. @param shown the name that the client gave, '' is none */
export function rightsOnBus(admitted: Admitted, shown = ''): Omit<Extract<AuthResponse, { allowed: true }>, 'allowed'> {
  const { account, user, expiresUnixMs, endsWithAccount, subscriptionsMax, payloadBytesMax } = admitted;
  return {
    account,
    user: shown || user,
    permissions: permissionsOf(admitted),
    expiresUnixMs: Number.isFinite(expiresUnixMs) ? expiresUnixMs : 0,
    endsWithAccount,
    subscriptionsMax: limit(subscriptionsMax),
    payloadBytesMax: limit(payloadBytesMax),
    ...(admitted.grant !== undefined && { grant: admitted.grant }),
  };
}

/** On the bus 0 is no limit of its own, and less is nothing at all. */
function limit(max: number): number {
  return max < 0 ? 0 : max || -1;
}

function permissionsOf({ permissions }: Admitted): AuthPermissions | undefined {
  if (permissions === undefined) return undefined;
  const { pub, sub, resp } = permissions;
  const responses = resp && { max: resp.max || responsesMax, expiresMs: resp.ttl / 1e6 || responsesExpireMs };
  return enforced({ publish: pub, subscribe: sub, ...(responses && { responses }) });
}
