/** Answers to requests that came from another account carry this, as nats-server's do. */
const PREFIX = '_R_.';
/** As nats-server marks them. */
const MEASURED = '.T';
const ID_BYTES = 12;
const ID_LENGTH = 16;
/** Drawn at once: one call a request would cost a microsecond each. */
const DRAWN_BYTES = ID_BYTES * 680;

let drawn = '';
let used = 0;

/**
 * Where an answer is awaited: `_R_.<process>.<id><slot>`, with `.T` behind it when it is timed. The process is the gateway that asked; so answers find it without any
 * interest. The id (96 bits) can't be guessed; the slot is where that gateway looks.
 */
export function newReplySubject(process: number, slot: number, isMeasured: boolean): string {
  return `${PREFIX}${process.toString(36)}.${newId()}${slot.toString(36)}${isMeasured ? MEASURED : ''}`;
}

/** -1: it has none. */
export function slotOf(replySubject: string): number {
  const start = replySubject.indexOf('.', PREFIX.length) + 1 + ID_LENGTH;
  const end = replySubject.endsWith(MEASURED) ? replySubject.length - MEASURED.length : replySubject.length;
  const slot = start <= ID_LENGTH || start >= end ? Number.NaN : Number.parseInt(replySubject.slice(start, end), 36);
  return Number.isSafeInteger(slot) ? slot : -1;
}

/** Whoever asked wants to know who answers. */
export function isMeasured(replySubject: string): boolean {
  return replySubject.endsWith(MEASURED);
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
  if (used === drawn.length) {
    // Loaded where it is needed: an import of it costs every start 15 ms.
    drawn = process.getBuiltinModule('node:crypto').randomBytes(DRAWN_BYTES).toString('base64url');
    used = 0;
  }
  used += ID_LENGTH;
  return drawn.slice(used - ID_LENGTH, used);
}
