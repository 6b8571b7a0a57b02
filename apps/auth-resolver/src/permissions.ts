import type { AuthPermissions } from '@skein/bus';
import type { Permissions } from '@skein/config';

/** A user's permissions as the gateways enforce them. */
export function enforced({ publish, subscribe, responses }: Permissions): AuthPermissions {
  const permissions: AuthPermissions = {};
  // The right to answer replaces the right to publish anything, where no list gives more.
  const answersOnly = responses !== undefined && !publish?.allow?.length;
  const publishRule = rule(publish ?? {});
  if (answersOnly) publishRule.allow = [];
  if (publishRule.allow !== undefined || publishRule.deny !== undefined) permissions.publish = publishRule;
  if (subscribe !== undefined) permissions.subscribe = rule(subscribe);
  if (responses !== undefined) permissions.responses = responses;
  return permissions;
}

/** In the configuration an empty list says no more than an absent one; on the bus an empty `allow` allows nothing. */
function rule({ allow, deny }: { allow?: string[]; deny?: string[] }): { allow?: string[]; deny?: string[] } {
  return { ...(allow?.length ? { allow } : {}), ...(deny?.length ? { deny } : {}) };
}
