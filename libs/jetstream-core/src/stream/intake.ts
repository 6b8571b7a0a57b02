import { createHash } from 'node:crypto';
import { type StoredMessage, type SubjectFilter, subjectFilter } from '@skein/storage';
import { matches, SubjectTransform } from '@skein/subjects';
import { headerBlock, linesOf } from './header-block.ts';
import type { Original } from './original.ts';
import type { StreamSource } from './stream-config.ts';

/** What was asked of the origin is not asked of the copy again (ADR-50, ADR-59). */
const ASKED_OF_ORIGIN = /^(?:Nats-Expected-|Nats-Batch-)/;
const EARLIER_ORIGIN = 'Nats-Stream-Source:';
const MARK = Buffer.from('\r\nNats-');
/** Longer lists of patterns are kept by their hash. */
const KEY_PATTERNS_MAX = 1024;
/** Between the patterns of several transforms. */
const FORM_FEED = '\f';

/** Which of an origin's messages a stream takes, and how they look in it (ADR-59). */
export class Intake {
  /** Where in an origin a stream is, is kept under this: as `Nats-Stream-Source` has it, without what differs by message; '' for mirrors. */
  readonly key: string;
  /** Undefined: all. */
  readonly filter: SubjectFilter | undefined;
  readonly #origin: string;
  readonly #patterns: string;
  readonly #transforms: readonly { source: string; transform: SubjectTransform | undefined }[];

  constructor(source: StreamSource, isMirror: boolean) {
    const { filter_subject, subject_transforms: transforms = [] } = source;
    const sources = transforms.map(({ src }) => src || '>');
    this.filter = subjectFilter(transforms.length > 0 ? sources : filter_subject ? [filter_subject] : []);
    this.#transforms = transforms.map(({ src, dest }) => ({
      source: src || '>',
      transform: dest === '' ? undefined : new SubjectTransform(src || '>', dest),
    }));
    const wanted = transforms.length > 0 ? sources.join(FORM_FEED) : filter_subject || '>';
    const given = transforms.length > 0 ? transforms.map(({ dest }) => dest || '>').join(FORM_FEED) : '>';
    this.#origin = originName(source);
    this.#patterns = `${wanted} ${given}`;
    const kept = this.#patterns.length > KEY_PATTERNS_MAX ? shortHash(this.#patterns) : this.#patterns;
    this.key = isMirror ? '' : `${this.#origin} ${kept}`;
  }

  /** @param identity of the origin: another stream of its name has another */
  original({ sequence, subject, content, headerBytes, seconds, nanos }: StoredMessage, identity: string): Original {
    const isMirror = this.key === '';
    const at = { origin: sequence, subject: this.#subjectOf(subject), seconds, nanos };
    if (isMirror && (headerBytes === 0 || content.indexOf(MARK) < 0)) return { ...at, content, headerBytes };
    const lines = headerBytes === 0 ? [] : linesOf(content, headerBytes).filter((line) => !this.#isDropped(line));
    if (!isMirror) {
      lines.push(`${EARLIER_ORIGIN} ${this.#origin} ${sequence} ${this.#patterns} ${subject} ${identity}`);
    }
    const block = lines.length === 0 ? Buffer.alloc(0) : headerBlock(lines);
    return { ...at, content: Buffer.concat([block, content.subarray(headerBytes)]), headerBytes: block.length };
  }

  #isDropped(line: string): boolean {
    return ASKED_OF_ORIGIN.test(line) || (this.key !== '' && line.startsWith(EARLIER_ORIGIN));
  }

  #subjectOf(subject: string): string {
    for (const { source, transform } of this.#transforms) {
      if (transform !== undefined && matches(source, subject)) return transform.apply(subject);
    }
    return subject;
  }
}

/** Of a stream that is another account's or domain's, the way there is part of the name; as is a consumer that was made beforehand. */
function originName({ name, external, consumer }: StreamSource): string {
  const way = external === undefined ? '' : `:${shortHash(external.api)}`;
  return name + way + (consumer?.name === undefined ? '' : `:C=${shortHash(consumer.name)}`);
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Eight characters of SHA-256, as nats-server has them in such names. */
export function shortHash(text: string): string {
  const hash = createHash('sha256').update(text).digest();
  return Array.from(hash.subarray(0, 8), (byte) => DIGITS[byte % DIGITS.length]).join('');
}
