/**
 * What is wrong with a token as such; whether its issuer is trusted is another question.
 *
 * - `too_large`, `not_three_chunks`, `bad_base64`, `bad_json`: no JWT at all
 * - `bad_type`, `bad_algorithm`: a JWT, but not of this kind
 * - `malformed`: a claim has a type that it can't have
 * - `newer_version`, `unsupported_version`, `unsupported_kind`: not known here
 * - `bad_issuer`: signed by a kind of key that may not issue this
 * - `bad_signature`
 */
export type JwtErrorCode =
  | 'too_large'
  | 'not_three_chunks'
  | 'bad_base64'
  | 'bad_json'
  | 'bad_type'
  | 'bad_algorithm'
  | 'malformed'
  | 'newer_version'
  | 'unsupported_version'
  | 'unsupported_kind'
  | 'bad_issuer'
  | 'bad_signature';

/** Never carries the token itself: a bearer's is a secret. */
export class JwtError extends Error {
  readonly code: JwtErrorCode;

  constructor(code: JwtErrorCode, message: string) {
    super(message);
    this.name = 'JwtError';
    this.code = code;
  }
}
