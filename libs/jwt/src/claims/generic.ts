import { JwtError } from '../errors.ts';
import type { Shape } from '../shape.ts';
import type { ClaimsData } from './common.ts';

type Anything = Record<string, unknown>;

/** Whatever its maker wants to say. */
export const genericBody: Shape<Anything> = {
  read: (value, path) => {
    if (value === undefined || value === null) return {};
    if (typeof value !== 'object' || Array.isArray(value))
      throw new JwtError('malformed', `${path}: expected an object`);
    return { ...value };
  },
  write: (value) => value,
  zero: () => ({}),
};

/** Claims of no kind of NATS's own: a signed request. */
export interface GenericClaims extends ClaimsData {
  kind: 'generic';
  nats: Anything;
}
