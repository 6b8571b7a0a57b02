import { integer, list, type Of, oneOf, type record, text } from '../shape.ts';

/** RFC 7519 §4.1; times in seconds since 1970, 0 is none. */
export const claimsFields = {
  aud: text,
  exp: integer,
  /** Hash of the other claims here. */
  jti: text,
  iat: integer,
  /** Public key that has signed. */
  iss: text,
  name: text,
  nbf: integer,
  /** Public key that this is about. */
  sub: text,
};

export type ClaimsData = Of<ReturnType<typeof record<typeof claimsFields>>>;

export const genericFields = { tags: list(text), type: text, version: integer };

export const infoFields = { description: text, info_url: text };

export const exportType = oneOf('stream', 'service');
