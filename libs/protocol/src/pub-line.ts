/**
 * The control line of a PUB or HPUB, parsed. A publisher repeats itself, so each parser keeps one of these: the line's
 * own bytes (to compare before parsing), and whatever its owner worked out for the subject (`route`).
 */
export class PubLine<Route> {
  /** The subject's bytes; only the first `subjectLength` count. */
  subject: Buffer = Buffer.allocUnsafeSlow(64);
  subjectLength = 0;
  /** Where the reply subject's bytes are while the message is handed on; `replyLength` 0: none. */
  reply: Buffer = NOTHING;
  replyStart = 0;
  replyLength = 0;
  /** Bytes of the header block at the start of the payload; 0 for PUB. */
  headerBytes = 0;
  /** Header block and body together. */
  payloadBytes = 0;
  /** Set by the owner for this subject; cleared when the subject changes. */
  route: Route | null = null;

  /** Keeps a subject; true when it is the one that was kept already. */
  keepSubject(buffer: Buffer, start: number, length: number): boolean {
    if (length === this.subjectLength) {
      const kept = this.subject;
      let i = 0;
      while (i < length && kept[i] === buffer[start + i]) i++;
      if (i === length) return true;
    } else if (length > this.subject.length) {
      this.subject = Buffer.allocUnsafeSlow(length * 2);
    }
    buffer.copy(this.subject, 0, start, start + length);
    this.subjectLength = length;
    this.route = null;
    return false;
  }
}

const NOTHING = Buffer.alloc(0);
