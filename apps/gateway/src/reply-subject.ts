import { copyBytes, writeLatin1 } from '@skein/protocol';

/** Answers to requests that came from another account carry this, as nats-server's do. */
const PREFIX = '_R_.';
/** As nats-server marks them. */
const MEASURED = '.T';
const ID_BYTES = 12;
const ID_LENGTH = 16;
/** Drawn at once: one call a request would cost a microsecond each. */
const DRAWN_BYTES = ID_BYTES * 680;
const RADIX = 36;
/** Of any number in that radix. */
const DIGITS_MAX = 11;
/** No subject that is written here is longer. */
export const REPLY_SUBJECT_BYTES_MAX = PREFIX.length + DIGITS_MAX + 1 + ID_LENGTH + DIGITS_MAX + MEASURED.length;

let drawn: Buffer = Buffer.alloc(0);
let used = 0;

/**
 * Writes where an answer is awaited: `_R_.<process>.<id><slot>`, with `.T` behind it when it is timed. The process is the gateway that asked; so answers find it without
 * any interest. The id (96 bits) can't be guessed; the slot is where that gateway looks. Returns the offset behind it.
 */
export function writeReplySubject(
  target: Buffer,
  start: number,
  gateway: number,
  slot: number,
  isMeasured: boolean,
): number {
  let at = writeLatin1(target, start, PREFIX);
  at = writeDigits(target, at, gateway);
  target[at++] = DOT;
  const id = drawId();
  at = copyBytes(drawn, id, used, target, at);
  at = writeDigits(target, at, slot);
  return isMeasured ? writeLatin1(target, at, MEASURED) : at;
}

/** -1: it has none. */
export function slotIn(bytes: Buffer, start: number, end: number): number {
  if (!isReplySubject(bytes, start, end)) return -1;
  const last = endsMeasured(bytes, start, end) ? end - MEASURED.length : end;
  let at = start + PREFIX.length;
  while (at < last && bytes[at] !== DOT) at++;
  at += 1 + ID_LENGTH;
  if (at >= last || last - at > DIGITS_MAX) return -1;
  let slot = 0;
  for (; at < last; at++) {
    const digit = digitOf(bytes[at]);
    if (digit < 0) return -1;
    slot = slot * RADIX + digit;
  }
  return slot;
}

function writeDigits(target: Buffer, at: number, value: number): number {
  let digits = 1;
  for (let rest = Math.floor(value / RADIX); rest > 0; rest = Math.floor(rest / RADIX)) digits++;
  let rest = value;
  for (let i = at + digits - 1; i >= at; i--) {
    const next = Math.floor(rest / RADIX);
    const digit = rest - next * RADIX;
    target[i] = digit < 10 ? ZERO + digit : LETTER_A + digit - 10;
    rest = next;
  }
  return at + digits;
}

function digitOf(byte: number): number {
  if (byte >= ZERO && byte < ZERO + 10) return byte - ZERO;
  return byte >= LETTER_A && byte < LETTER_A + RADIX - 10 ? byte - LETTER_A + 10 : -1;
}

/** Whoever asked wants to know who answers. */
export function isMeasured(replySubject: string): boolean {
  return replySubject.endsWith(MEASURED);
}

function endsMeasured(bytes: Buffer, start: number, end: number): boolean {
  return end - start > MEASURED.length && bytes[end - 1] === LETTER_T && bytes[end - 2] === DOT;
}

/** Whether such a subject stands in these bytes. */
export function isReplySubject(bytes: Buffer, start: number, end: number): boolean {
  return (
    end - start > PREFIX.length &&
    bytes[start] === UNDERSCORE &&
    bytes[start + 1] === LETTER_R &&
    bytes[start + 2] === UNDERSCORE &&
    bytes[start + 3] === DOT
  );
}

const UNDERSCORE = 0x5f;
const LETTER_R = 0x52;
const LETTER_T = 0x54;
const LETTER_A = 0x61;
const ZERO = 0x30;
const DOT = 0x2e;

/** The gateway that an answer is for; 0 when the subject is no such answer's. */
export function replyProcess(subject: string): number {
  if (!subject.startsWith(PREFIX)) return 0;
  const end = subject.indexOf('.', PREFIX.length);
  const id = end < 0 ? Number.NaN : Number.parseInt(subject.slice(PREFIX.length, end), 36);
  return Number.isSafeInteger(id) && id > 0 ? id : 0;
}

/** 96 bits of chance as a token of 16 characters. */
export function newId(): string {
  const start = drawId();
  return drawn.toString('latin1', start, used);
}

/** Where in `drawn` the next id stands; it ends at `used`. */
function drawId(): number {
  if (used === drawn.length) {
    // Loaded where it is needed: an import of it costs every start 15 ms.
    const text = process.getBuiltinModule('node:crypto').randomBytes(DRAWN_BYTES).toString('base64url');
    drawn = Buffer.from(text, 'latin1');
    used = 0;
  }
  used += ID_LENGTH;
  return used - ID_LENGTH;
}
