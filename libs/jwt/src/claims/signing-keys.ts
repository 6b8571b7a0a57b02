import { JwtError } from '../errors.ts';
import { always, type Of, record, type Shape, text } from '../shape.ts';
import { unlimited, userPermissionLimitFields } from './permissions.ts';

const userScope = record({
  kind: always(text),
  key: always(text),
  role: always(text),
  template: record(userPermissionLimitFields(unlimited)),
  description: always(text),
});

/** A signing key whose users all have the rights of its template. */
export type UserScope = Of<typeof userScope>;

/** By public key; undefined is a signing key without a scope. */
export type SigningKeys = Map<string, UserScope | undefined>;

/** A list of keys and scopes. */
export const signingKeys: Shape<SigningKeys> = {
  read: (value, path) => {
    if (value === undefined || value === null) return new Map();
    if (!Array.isArray(value)) throw new JwtError('malformed', `${path}: expected a list`);
    return new Map(value.map((entry, i) => readSigningKey(entry, `${path}[${i}]`)));
  },
  write: (keys) => {
    if (keys.size === 0) return undefined;
    const sorted = [...keys].sort(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([key, scope]) => (scope === undefined ? key : userScope.write(scope)));
  },
  zero: () => new Map(),
};

function readSigningKey(entry: unknown, path: string): [string, UserScope | undefined] {
  if (typeof entry === 'string') return [entry, undefined];
  const scope = userScope.read(entry, path);
  if (scope.kind !== 'user_scope') throw new JwtError('malformed', `${path}: unknown scope`);
  return [scope.key, scope];
}
