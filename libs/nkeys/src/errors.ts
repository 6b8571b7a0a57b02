/** What is wrong with a key. `wrong_kind`: well-formed, but not of the kind asked for. */
export type NkeyErrorCode = 'bad_encoding' | 'bad_length' | 'bad_checksum' | 'bad_prefix' | 'not_a_seed' | 'wrong_kind';

const messages: Record<NkeyErrorCode, string> = {
  bad_encoding: 'not base32',
  bad_length: 'wrong length',
  bad_checksum: 'wrong checksum',
  bad_prefix: 'unknown prefix',
  not_a_seed: 'not a seed',
  wrong_kind: 'a key of another kind',
};

/** Never carries the key itself: it may be a seed. */
export class NkeyError extends Error {
  readonly code: NkeyErrorCode;

  constructor(code: NkeyErrorCode) {
    super(`invalid nkey: ${messages[code]}`);
    this.name = 'NkeyError';
    this.code = code;
  }
}
