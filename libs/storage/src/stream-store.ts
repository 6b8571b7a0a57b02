import type { SubjectFilter } from './subject-filter.ts';

/** A message as it was stored. Nothing in it is reused: it may be held. */
export interface StoredMessage {
  readonly sequence: number;
  /** One char per byte on the wire. */
  readonly subject: string;
  /** The NATS header block, then the payload. */
  readonly content: Buffer;
  /** How much of the content is the header block; 0: no headers. */
  readonly headerBytes: number;
  /** When it was stored: Unix time, and nanoseconds within the second. */
  readonly seconds: number;
  readonly nanos: number;
}

/** What a stream has on one subject. */
export interface SubjectState {
  readonly messages: number;
  /** Sequences of the oldest and the newest. */
  readonly first: number;
  readonly last: number;
}

/**
 * The messages of one stream, and small values beside them, as the state machine in front of it sees them: synchronous, one
 * writer, no clock. What is on disk, and since when, is the business of the store that it belongs to.
 */
export interface StreamStore {
  /** Sequence of the oldest message; `last + 1` when there is none. */
  readonly first: number;
  /** The newest sequence given, whether or not its message is still there. */
  readonly last: number;
  readonly messages: number;
  /** What the messages count for in limits: content, subject and `overheadBytes` for each. */
  readonly bytes: number;
  /** What is written to disk from now on is compressed; what is there stays as it is. `bytes` does not change by it. */
  isCompressed: boolean;
  /** What a message would add to `bytes`. */
  sizeOf(subject: string, contentBytes: number, headerBytes: number): number;
  readonly subjectCount: number;
  /** Sequences between first and last that have no message. */
  readonly deletedCount: number;

  /**
   * Adds a message. Its content may be kept as it is: it is not to be changed.
   *
   * @param sequence above `last`; sequences left out count as deleted
   * @throws RangeError for a sequence that was given before
   */
  append(sequence: number, subject: string, content: Buffer, headerBytes: number, seconds: number, nanos: number): void;
  /** Gives sequences up to this one away without messages; when nothing is stored, the stream begins behind it. */
  skipTo(sequence: number): void;

  get(sequence: number): StoredMessage | undefined;
  /**
   * Removes one message. False when there is none.
   *
   * @param secure its bytes are overwritten
   */
  remove(sequence: number, secure?: boolean): boolean;
  /** Removes everything up to a sequence; `first` moves at once. Returns how many messages went. */
  removeThrough(sequence: number): number;

  subject(subject: string): SubjectState | undefined;
  /** Every subject that matches, in no particular order. Not to be held across changes. */
  subjects(filter?: SubjectFilter): IterableIterator<[string, SubjectState]>;

  /**
   * How many subjects match, and of those from the `offset`-th on, `max` at most, how many messages each has. In an order that stays
   * while others come and go.
   */
  countSubjects(
    filter: SubjectFilter | undefined,
    offset: number,
    max: number,
  ): { total: number; counts: [subject: string, messages: number][] };

  /** The first sequence from this one on whose message matches; 0: none, or none up to `upTo`, behind which nothing is looked for. */
  next(from: number, filter?: SubjectFilter, upTo?: number): number;
  /** The last sequence up to this one whose message matches; 0: none. */
  previous(upTo: number, filter?: SubjectFilter): number;
  /** How many messages from this sequence on match. */
  count(from: number, filter?: SubjectFilter): number;
  /** Up to `max` deleted sequences from this one on, between `first` and `last`. */
  deleted(from: number, max: number): number[];

  value(key: string): Buffer | undefined;
  /** Undefined removes it. */
  setValue(key: string, value: Buffer | undefined): void;
  /** In order of their keys. */
  values(prefix: string): IterableIterator<[string, Buffer]>;
}

/** A stream as it was at one moment, to be read while it changes further. */
export interface StreamImage
  extends Pick<
    StreamStore,
    'first' | 'last' | 'messages' | 'bytes' | 'subjectCount' | 'deletedCount' | 'value' | 'values'
  > {
  /** All messages, in order. */
  stored(): IterableIterator<StoredMessage>;
  /** What only the image needs may go. */
  close(): Promise<void>;
}
