/** Encrypts a journal (`@skein/encryption`). What was written without stays readable. */
export interface JournalCipher {
  /** So much longer than a text is what is written for it. */
  readonly overheadBytes: number;
  /** For a segment that begins. */
  begin(): SegmentCipher;
  /** What was sealed at this place of a segment; undefined when it is not what was written there. */
  open(offset: number, sealed: Buffer): Buffer | undefined;
}

export interface SegmentCipher {
  /** @param offset where it goes in the segment: each is used once */
  seal(offset: number, text: Buffer): Buffer;
}
