/** A record of one stream that is not what was written, or gone. What does not need it goes on working. */
export class DamagedError extends Error {
  /** The stream's number in its shard. */
  readonly stream: number;
  /** Which of its sequences, when it is about some; 0: not known. */
  readonly from: number;
  readonly to: number;

  constructor(stream: number, what: string, from = 0, to = 0) {
    super(`damaged on disk: ${what} of stream ${stream}${from > 0 ? `, sequences ${from} to ${to}` : ''}`);
    this.name = 'DamagedError';
    this.stream = stream;
    this.from = from;
    this.to = to;
  }
}

/** The shard as a whole cannot be used. `cause` has LevelDB's own error, when it came from there. */
export class ShardError extends Error {
  readonly code: 'LOCKED' | 'DAMAGED' | 'VERSION' | 'FAILED';

  constructor(code: ShardError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ShardError';
    this.code = code;
  }
}
