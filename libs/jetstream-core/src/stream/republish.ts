import { matches, SubjectTransform } from '@skein/subjects';
import { timeText } from '../time.ts';
import { withLines } from './header-block.ts';
import type { Republish } from './stream-config.ts';

/** Where a stream's messages go on to once they are stored (ADR-28). */
export class Republisher {
  readonly #stream: string;
  readonly #transform: SubjectTransform;
  readonly #isHeadersOnly: boolean;

  constructor(stream: string, { src = '>', dest, headers_only = false }: Republish) {
    this.#stream = stream;
    this.#transform = new SubjectTransform(src === '' ? '>' : src, dest);
    this.#isHeadersOnly = headers_only;
  }

  /** The subject that it goes to; undefined when it does not. */
  subjectFor(subject: string): string | undefined {
    return matches(this.#transform.source, subject) ? this.#transform.apply(subject) : undefined;
  }

  /**
   * The message as it goes out: header block, then payload.
   *
   * @param previous sequence of the message before it on its subject; 0: none
   */
  message(
    stored: { sequence: number; subject: string; content: Buffer; headerBytes: number; seconds: number; nanos: number },
    previous: number,
  ): { content: Buffer; headerBytes: number } {
    const { sequence, subject, content, headerBytes, seconds, nanos } = stored;
    const lines = [
      `Nats-Stream: ${this.#stream}`,
      `Nats-Subject: ${subject}`,
      `Nats-Sequence: ${sequence}`,
      `Nats-Time-Stamp: ${timeText(seconds, nanos)}`,
      `Nats-Last-Sequence: ${previous}`,
    ];
    if (this.#isHeadersOnly) lines.push(`Nats-Msg-Size: ${content.length - headerBytes}`);
    const block = withLines(content, headerBytes, lines);
    if (this.#isHeadersOnly) return { content: block, headerBytes: block.length };
    return { content: Buffer.concat([block, content.subarray(headerBytes)]), headerBytes: block.length };
  }
}
