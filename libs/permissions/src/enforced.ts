interface Rule {
  allow?: string[];
  deny?: string[];
}

/** A user's permissions, as they were written and as the gateways enforce them. */
interface Written {
  publish?: Rule;
  subscribe?: Rule;
  responses?: { max: number; expiresMs: number };
}

/** As it is enforced, an empty list of what is allowed allows nothing. */
export function enforced({ publish, subscribe, responses }: Written): Written {
  const permissions: Written = {};
  // The right to answer replaces the right to publish anything, where no list gives more.
  const answersOnly = responses !== undefined && !publish?.allow?.length;
  const publishRule = rule(publish ?? {});
  if (answersOnly) publishRule.allow = [];
  if (publishRule.allow !== undefined || publishRule.deny !== undefined) permissions.publish = publishRule;
  if (subscribe !== undefined) permissions.subscribe = rule(subscribe);
  if (responses !== undefined) permissions.responses = responses;
  return permissions;
}

/** As it is written, an empty list says no more than an absent one. */
function rule({ allow, deny }: Rule): Rule {
  return { ...(allow?.length ? { allow } : {}), ...(deny?.length ? { deny } : {}) };
}
