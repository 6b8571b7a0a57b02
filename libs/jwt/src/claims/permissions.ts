import { always, flag, integer, integerOr, list, type Of, optional, record, type Shape, text } from '../shape.ts';

/** Of limits: none. */
export const unlimited = -1;

const permission = record({ allow: list(text), deny: list(text) });

export const permissionFields = {
  pub: permission,
  sub: permission,
  /** `ttl` in nanoseconds. */
  resp: optional(record({ max: always(integer), ttl: always(integer) })),
};

export const permissions = record(permissionFields);
export type Permissions = Of<typeof permissions>;
export type Permission = Of<typeof permission>;

/** A list, or one text with commas. */
const sources: Shape<string[]> = {
  ...list(text),
  read: (value, path) => {
    if (typeof value !== 'string') return list(text).read(value, path);
    const entries = value.toLowerCase().split(',');
    return [...new Set(entries.map((entry) => entry.trim()))].filter((entry) => entry !== '');
  },
};

/** `start` and `end` as 15:04:05. */
const timeRange = record({ start: text, end: text });
export type TimeRange = Of<typeof timeRange>;

const userLimitFields = { src: sources, times: list(timeRange), times_location: text };

/** @param zero what an absent limit means. */
export const natsLimitFields = (zero: number) => ({
  subs: integerOr(zero),
  data: integerOr(zero),
  payload: integerOr(zero),
});

/** What a user may do, by its own claims or by the template of its scoped signing key. */
export const userPermissionLimitFields = (zero: number) => ({
  ...permissionFields,
  ...userLimitFields,
  ...natsLimitFields(zero),
  bearer_token: flag,
  proxy_required: flag,
  allowed_connection_types: list(text),
});

const userPermissionLimits = record(userPermissionLimitFields(0));
export type UserPermissionLimits = Of<typeof userPermissionLimits>;

/** Neither permissions nor limits: what users of a scoped signing key have to have. */
export function isEmptyUser(user: UserPermissionLimits): boolean {
  const empty = userPermissionLimits.write(userPermissionLimits.zero());
  return JSON.stringify(userPermissionLimits.write(user)) === JSON.stringify(empty);
}
