import { isText } from './header-lines.ts';

/** Ends the reply subject of a message that belongs to a fast batch, which says where in which (ADR-50). */
const MARK = '.$FI';
const DOT = 0x2e;
const ZERO = 0x30;
/** Exact as a number. */
const PLACE_DIGITS_MAX = 15;
/** Where a publisher names no number of messages after which it wants to hear. */
const FLOW_DEFAULT = 10;

/** What a message of a fast batch is to do. */
export const FastStep = { Start: 0, Append: 1, Commit: 2, End: 3, Ping: 4 } as const;

/** What the reply subjects of a batch's messages have in common: where they are reached, and `<prefix>.<id>.<flow>.<ok|fail>.`. */
export interface FastHead {
  readonly text: string;
  readonly id: string;
  /** Messages after which the publisher wants to hear. */
  readonly flow: number;
  readonly allowsGaps: boolean;
}

/**
 * Reads reply subjects of messages of fast batches: a head, then `<place>.<step>.$FI`. A publisher repeats itself: the last head is kept,
 * and compared before another is read.
 */
export class FastReplies {
  #head: FastHead | undefined;
  place = 0;
  /** A `FastStep`. */
  step = 0;

  /**
   * @param buf has the subject from `start` to `end`, and before it, from its first byte on, where it is to be reached
   * @returns undefined for a subject that is not of the form; `place` and `step` are then nothing
   */
  read(buf: Buffer, start: number, end: number): FastHead | undefined {
    const stepAt = end - MARK.length - 1;
    const step = (buf[stepAt] as number) - ZERO;
    if (!(step >= FastStep.Start && step <= FastStep.Ping) || buf[stepAt - 1] !== DOT) return undefined;
    let place = 0;
    let headEnd = stepAt - 1;
    // Zeros in front are left to the head: what is there twice is the same subject.
    for (let at = headEnd - 1, unit = 1; at >= start && buf[at] !== DOT; at--, unit *= 10) {
      const digit = (buf[at] as number) - ZERO;
      if (digit < 0 || digit > 9) return undefined;
      if (digit > 0) {
        place += digit * unit;
        headEnd = at;
      }
    }
    if (place < 1 || stepAt - 1 - headEnd > PLACE_DIGITS_MAX) return undefined;
    // A batch of one may be committed at once; nothing else but its start has its first place.
    if (step === FastStep.Start ? place !== 1 : place === 1 && (step === FastStep.Append || step === FastStep.End))
      return undefined;
    this.place = place;
    this.step = step;
    if (this.#head === undefined || !isText(this.#head.text, buf, 0, headEnd)) {
      this.#head = parseHead(buf.toString('latin1', 0, headEnd), start);
    }
    return this.#head;
  }
}

/** The reply of a message of a batch, with where it is reached. */
export const fastReply = ({ text }: FastHead, place: number, step: number): string => `${text}${place}.${step}${MARK}`;

/** @param start where the subject begins */
function parseHead(text: string, start: number): FastHead | undefined {
  // From the end: there may be any number of tokens before the id.
  const placeAt = text.lastIndexOf('.');
  const modeAt = text.lastIndexOf('.', placeAt - 1);
  const flowAt = text.lastIndexOf('.', modeAt - 1);
  const idAt = text.lastIndexOf('.', flowAt - 1);
  if (idAt <= start || idAt + 1 === flowAt) return undefined;
  const mode = text.slice(modeAt + 1, placeAt);
  if (mode !== 'ok' && mode !== 'fail') return undefined;
  const flow = text.slice(flowAt + 1, modeAt);
  const asked = /^\d+$/.test(flow) ? Number(flow) : 0;
  const id = text.slice(idAt + 1, flowAt);
  return { text, id, flow: asked || FLOW_DEFAULT, allowsGaps: mode === 'ok' };
}
