import { CR, isBlank, LF, parseSize } from './ascii.ts';
import { PubLine } from './pub-line.ts';

/** Why a stream can't be read on. What the client is told, and whether at all, is the owner's business. */
export type ParseFault =
  | 'unknown-operation'
  | 'control-line-too-long'
  | 'payload-too-large'
  | 'bad-arguments'
  | 'bad-payload-end'
  | 'headers-not-supported';

/**
 * Who is told what was read. Buffers are lent for the call only. A call may halt the parser (`halt`): what follows is
 * then kept until `resume`.
 */
export interface ParserSink<Route> {
  connect(json: string): void;
  publish(line: PubLine<Route>, payload: Buffer, start: number, end: number): void;
  /** Subjects and names as latin1: one character a byte. `queue` '' for none. */
  subscribe(subject: string, queue: string, sid: string): void;
  /** `max` 0: at once. */
  unsubscribe(sid: string, max: number): void;
  ping(): void;
  pong(): void;
  /** -ERR from the other side. */
  peerError(text: string): void;
  /** Only asked while `gated`: may a PING or a publish be handled now? false halts the parser before it. */
  mayPass(): boolean;
  /** The stream is over for this parser; nothing is read any more. */
  fault(fault: ParseFault, detail: string): void;
}

export interface ParserLimits {
  controlLineBytesMax: number;
  payloadBytesMax: number;
}

/**
 * Reads the client protocol from buffers as they arrive. Whole commands are read where they lie; the rest of a read is
 * kept (bounded: a control line, or one payload) and put in front of the next one.
 *
 * The publish path makes no object, string or closure per message.
 */
export class Parser<Route> {
  readonly line = new PubLine<Route>();
  /** While true, PING and publishes ask the sink first. */
  gated = false;
  /** Whether HPUB is accepted. */
  headers = false;

  readonly #sink: ParserSink<Route>;
  readonly #limits: ParserLimits;

  /** Bytes of the last PUB line without a reply, LF included: the next one is compared with it before it is parsed. */
  #raw: Buffer = Buffer.allocUnsafeSlow(128);
  #rawLength = 0;

  #rest: Buffer | null = null;
  /** A payload that did not fit the read it began in. */
  #payload: Buffer | null = null;
  #payloadFilled = 0;
  #payloadNeeded = 0;

  #halted = false;
  #over = false;

  constructor(sink: ParserSink<Route>, limits: ParserLimits) {
    this.#sink = sink;
    this.#limits = limits;
  }

  /** Bytes kept between reads. */
  get keptBytes(): number {
    return (this.#rest?.length ?? 0) + (this.#payload?.length ?? 0);
  }

  get halted(): boolean {
    return this.#halted;
  }

  /** Stops after the command that is being handled. */
  halt(): void {
    this.#halted = true;
  }

  /** Stops for good, silently. */
  end(): void {
    this.#over = true;
    this.#rest = null;
    this.#payload = null;
  }

  /** Goes on after `halt` with what was kept. */
  resume(): void {
    if (!this.#halted) return;
    this.#halted = false;
    const rest = this.#rest;
    if (rest === null || this.#over) return;
    this.#rest = null;
    this.#run(rest, 0, rest.length);
  }

  /**
   * Reads what lies between two offsets. `headroom` says that the bytes of the buffer before `start` are ours to
   * write: what was kept goes there instead of into a new buffer.
   */
  feed(buffer: Buffer, start: number, end: number, headroom: boolean): void {
    if (this.#over) return;
    const rest = this.#rest;
    if (rest === null) {
      if (this.#halted) this.#keep(buffer, start, end);
      else this.#run(buffer, start, end);
      return;
    }
    const kept = rest.length;
    if (!this.#halted && headroom && kept <= start) {
      this.#rest = null;
      rest.copy(buffer, start - kept);
      this.#run(buffer, start - kept, end);
      return;
    }
    const joined = Buffer.allocUnsafeSlow(kept + end - start);
    rest.copy(joined, 0);
    buffer.copy(joined, kept, start, end);
    if (this.#halted) {
      this.#rest = joined;
      return;
    }
    this.#rest = null;
    this.#run(joined, 0, joined.length);
  }

  #keep(buffer: Buffer, start: number, end: number): void {
    if (start === end) return;
    const rest = Buffer.allocUnsafeSlow(end - start);
    buffer.copy(rest, 0, start, end);
    this.#rest = rest;
  }

  // Long on purpose: this loop is the hot path, and splitting it would cost a call per message.
  #run(buffer: Buffer, from: number, end: number): void {
    let at = from;
    const line = this.line;
    if (this.#payload !== null) {
      at = this.#fillPayload(buffer, at, end);
      if (this.#payload !== null) return;
    }
    while (at < end) {
      if (this.#over) return;
      if (this.#halted) break;

      // The same control line as the last publish?
      const rawLength = this.#rawLength;
      if (rawLength !== 0 && end - at >= rawLength) {
        const raw = this.#raw;
        let i = 0;
        while (i < rawLength && raw[i] === buffer[at + i]) i++;
        // A reload may have lowered the limit since the line was parsed.
        if (i === rawLength && line.payloadBytes <= this.#limits.payloadBytesMax) {
          if (this.gated && !this.#sink.mayPass()) {
            this.#halted = true;
            break;
          }
          const payloadStart = at + rawLength;
          const payloadEnd = payloadStart + line.payloadBytes;
          if (payloadEnd + 2 <= end) {
            if (buffer[payloadEnd] !== CR || buffer[payloadEnd + 1] !== LF) {
              this.#fail('bad-payload-end', '');
              return;
            }
            at = payloadEnd + 2;
            this.#sink.publish(line, buffer, payloadStart, payloadEnd);
            continue;
          }
        }
      }

      let lineEnd = at;
      while (lineEnd < end && buffer[lineEnd] !== LF) lineEnd++;
      if (lineEnd === end) {
        const keptEnd = this.#checkPartial(buffer, at, end);
        if (keptEnd >= 0) this.#keep(buffer, at, keptEnd);
        return;
      }
      const next = this.#command(buffer, at, lineEnd, end);
      if (next < 0) {
        if (this.#over) return;
        break;
      }
      at = next;
      if (this.#payload !== null) return;
    }
    if (!this.#over) this.#keep(buffer, at, end);
  }

  /** Handles the command whose line ends at `lineEnd` (the LF). Returns where the next begins; -1: keep it and wait. */
  #command(buffer: Buffer, start: number, lineEnd: number, end: number): number {
    const b0 = buffer[start] | 0x20;
    const b1 = buffer[start + 1] | 0x20;
    switch (b0) {
      case P:
        if (b1 === U) return this.#pub(buffer, start, start + 3, lineEnd, end, false);
        if (b1 === I) return this.#pingOrPong(buffer, start, lineEnd, 'ping');
        if (b1 === O) return this.#pingOrPong(buffer, start, lineEnd, 'pong');
        break;
      case H:
        return this.#pub(buffer, start, start + 4, lineEnd, end, true);
      case S:
        return this.#sub(buffer, start, lineEnd);
      case U:
        return this.#unsub(buffer, start, lineEnd);
      case C:
        return this.#connect(buffer, start, lineEnd);
      case PLUS:
        if (startsWith(buffer, start, lineEnd, '+ok')) return lineEnd + 1;
        break;
      case MINUS:
        if (startsWith(buffer, start, lineEnd, '-err') && isBlank(buffer[start + 4])) {
          this.#sink.peerError(buffer.toString('latin1', start + 4, lineEnd).trim());
          return lineEnd + 1;
        }
        break;
      case I:
        // A client may send INFO; it means nothing to a server.
        if (!startsWith(buffer, start, lineEnd, 'info')) break;
        if (isBlank(buffer[start + 4])) return lineEnd + 1;
        return this.#fail('bad-arguments', 'INFO');
    }
    return this.#fail('unknown-operation', preview(buffer, start, lineEnd));
  }

  #pub(buffer: Buffer, start: number, argsStart: number, lineEnd: number, end: number, withHeaders: boolean): number {
    if (!startsWith(buffer, start, lineEnd, withHeaders ? 'hpub' : 'pub') || !isBlank(buffer[argsStart])) {
      return this.#fail('unknown-operation', preview(buffer, start, lineEnd));
    }
    if (withHeaders && !this.headers) return this.#fail('headers-not-supported', '');
    if (this.#tooLong(buffer, argsStart + 1, lineEnd)) return -1;
    if (this.gated && !this.#sink.mayPass()) {
      this.#halted = true;
      return -1;
    }

    // Up to four arguments, found as offsets.
    let count = 0;
    let at = argsStart;
    const argsEnd = argumentsEnd(buffer, argsStart, lineEnd);
    let s0 = 0;
    let e0 = 0;
    let s1 = 0;
    let e1 = 0;
    let s2 = 0;
    let e2 = 0;
    let s3 = 0;
    let e3 = 0;
    while (at < argsEnd) {
      while (at < argsEnd && isBlank(buffer[at])) at++;
      if (at === argsEnd) break;
      const tokenStart = at;
      while (at < argsEnd && !isBlank(buffer[at])) at++;
      if (count === 0) {
        s0 = tokenStart;
        e0 = at;
      } else if (count === 1) {
        s1 = tokenStart;
        e1 = at;
      } else if (count === 2) {
        s2 = tokenStart;
        e2 = at;
      } else {
        s3 = tokenStart;
        e3 = at;
      }
      count++;
    }
    const sizes = withHeaders ? 2 : 1;
    if (count !== 1 + sizes && count !== 2 + sizes) return this.#fail('bad-arguments', preview(buffer, start, lineEnd));
    const hasReply = count === 2 + sizes;
    let headerBytes = 0;
    let payloadBytes: number;
    if (withHeaders) {
      headerBytes = hasReply ? parseSize(buffer, s2, e2) : parseSize(buffer, s1, e1);
      payloadBytes = hasReply ? parseSize(buffer, s3, e3) : parseSize(buffer, s2, e2);
    } else {
      payloadBytes = hasReply ? parseSize(buffer, s2, e2) : parseSize(buffer, s1, e1);
    }
    if (payloadBytes < 0 || headerBytes < 0 || headerBytes > payloadBytes) {
      return this.#fail('bad-arguments', preview(buffer, start, lineEnd));
    }
    if (payloadBytes > this.#limits.payloadBytesMax) return this.#fail('payload-too-large', String(payloadBytes));

    const line = this.line;
    line.keepSubject(buffer, s0, e0 - s0);
    line.headerBytes = headerBytes;
    line.payloadBytes = payloadBytes;
    line.replyLength = 0;
    const lineBytes = lineEnd + 1 - start;
    if (hasReply) {
      // Replies differ from message to message: comparing whole lines would always fail.
      this.#rawLength = 0;
      line.reply = buffer;
      line.replyStart = s1;
      line.replyLength = e1 - s1;
    } else if (lineBytes <= this.#raw.length) {
      const raw = this.#raw;
      for (let i = 0; i < lineBytes; i++) raw[i] = buffer[start + i];
      this.#rawLength = lineBytes;
    } else {
      this.#rawLength = 0;
    }

    const payloadStart = lineEnd + 1;
    const payloadEnd = payloadStart + payloadBytes;
    if (payloadEnd + 2 <= end) {
      if (buffer[payloadEnd] !== CR || buffer[payloadEnd + 1] !== LF) return this.#fail('bad-payload-end', '');
      this.#sink.publish(line, buffer, payloadStart, payloadEnd);
      return payloadEnd + 2;
    }
    if (payloadBytes <= LARGE_PAYLOAD_BYTES) {
      // The rest is at hand soon: keep the command whole and read it again then. A wrong end is told at once, though.
      if (payloadEnd < end && buffer[payloadEnd] !== CR) return this.#fail('bad-payload-end', '');
      this.#rawLength = 0;
      return -1;
    }
    this.#payload = Buffer.allocUnsafeSlow(payloadBytes + 2);
    this.#payloadNeeded = payloadBytes + 2;
    this.#payloadFilled = 0;
    if (hasReply) {
      line.reply = Buffer.from(buffer.subarray(s1, e1));
      line.replyStart = 0;
    }
    return this.#fillPayload(buffer, payloadStart, end);
  }

  /** Moves bytes into the payload that is being collected; hands it on when it is whole. */
  #fillPayload(buffer: Buffer, start: number, end: number): number {
    const payload = this.#payload as Buffer;
    const take = Math.min(end - start, this.#payloadNeeded - this.#payloadFilled);
    buffer.copy(payload, this.#payloadFilled, start, start + take);
    this.#payloadFilled += take;
    if (this.#payloadFilled < this.#payloadNeeded) return end;
    this.#payload = null;
    const bodyEnd = this.#payloadNeeded - 2;
    if (payload[bodyEnd] !== CR || payload[bodyEnd + 1] !== LF) return this.#fail('bad-payload-end', '');
    this.#sink.publish(this.line, payload, 0, bodyEnd);
    return start + take;
  }

  #pingOrPong(buffer: Buffer, start: number, lineEnd: number, verb: 'ping' | 'pong'): number {
    if (!startsWith(buffer, start, lineEnd, verb)) {
      return this.#fail('unknown-operation', preview(buffer, start, lineEnd));
    }
    if (verb === 'pong') {
      this.#sink.pong();
      return lineEnd + 1;
    }
    if (this.gated && !this.#sink.mayPass()) {
      this.#halted = true;
      return -1;
    }
    this.#sink.ping();
    return lineEnd + 1;
  }

  #sub(buffer: Buffer, start: number, lineEnd: number): number {
    if (!startsWith(buffer, start, lineEnd, 'sub') || !isBlank(buffer[start + 3])) {
      return this.#fail('unknown-operation', preview(buffer, start, lineEnd));
    }
    if (this.#tooLong(buffer, start + 4, lineEnd)) return -1;
    const args = splitArguments(buffer, start + 3, lineEnd);
    if (args.length === 2) this.#sink.subscribe(args[0], '', args[1]);
    else if (args.length === 3) this.#sink.subscribe(args[0], args[1], args[2]);
    else return this.#fail('bad-arguments', preview(buffer, start, lineEnd));
    return lineEnd + 1;
  }

  #unsub(buffer: Buffer, start: number, lineEnd: number): number {
    if (!startsWith(buffer, start, lineEnd, 'unsub') || !isBlank(buffer[start + 5])) {
      return this.#fail('unknown-operation', preview(buffer, start, lineEnd));
    }
    if (this.#tooLong(buffer, start + 6, lineEnd)) return -1;
    const args = splitArguments(buffer, start + 5, lineEnd);
    if (args.length !== 1 && args.length !== 2) return this.#fail('bad-arguments', preview(buffer, start, lineEnd));
    const max = args.length === 2 ? parseSize(Buffer.from(args[1], 'latin1'), 0, args[1].length) : 0;
    this.#sink.unsubscribe(args[0], Math.max(max, 0));
    return lineEnd + 1;
  }

  #connect(buffer: Buffer, start: number, lineEnd: number): number {
    if (!startsWith(buffer, start, lineEnd, 'connect')) {
      return this.#fail('unknown-operation', preview(buffer, start, lineEnd));
    }
    if (this.#tooLong(buffer, start + 8, lineEnd)) return -1;
    this.#sink.connect(buffer.toString('utf8', start + 7, lineEnd).trim());
    return lineEnd + 1;
  }

  /** Only the arguments count: not the verb, the blank behind it, or the line's end. */
  #tooLong(buffer: Buffer, argsStart: number, lineEnd: number): boolean {
    const bytes = lineEnd - argsStart - (buffer[lineEnd - 1] === CR ? 1 : 0);
    if (bytes <= this.#limits.controlLineBytesMax) return false;
    this.#fail('control-line-too-long', String(bytes));
    return true;
  }

  /** A line that has not ended yet: what of it to keep, as the offset of its end; -1 when it can't become one. */
  #checkPartial(buffer: Buffer, start: number, end: number): number {
    const verb = commandBegunBy(buffer, start, end);
    if (verb === undefined) return this.#fail('unknown-operation', preview(buffer, start, end));
    // What follows these verbs means nothing, however long it is.
    if (IGNORES_ARGUMENTS.includes(verb)) return Math.min(end, start + verb.length);
    const argsStart = start + verb.length + 1;
    // One more: the CR that may come before the line's end.
    if (end - argsStart > this.#limits.controlLineBytesMax + 1) {
      return this.#fail('control-line-too-long', String(end - argsStart));
    }
    return end;
  }

  #fail(fault: ParseFault, detail: string): -1 {
    this.end();
    this.#sink.fault(fault, detail);
    return -1;
  }
}

/** Payloads beyond this get a buffer of their own when they span reads; smaller ones are read again whole. */
const LARGE_PAYLOAD_BYTES = 32 * 1024;

const C = 0x63;
const H = 0x68;
const I = 0x69;
const O = 0x6f;
const P = 0x70;
const S = 0x73;
const U = 0x75;
const PLUS = 0x2b;
const MINUS = 0x2d;

const VERBS = ['pub', 'hpub', 'sub', 'unsub', 'connect', 'ping', 'pong', '+ok', '-err', 'info'];
const IGNORES_ARGUMENTS = ['ping', 'pong', '+ok'];
/** Verbs whose next byte must be a blank. */
const NEEDS_GAP = ['pub', 'hpub', 'sub', 'unsub'];

/** Where the arguments of a line end: before its CR, of which there may be several. */
function argumentsEnd(buffer: Buffer, start: number, lineEnd: number): number {
  let end = lineEnd;
  while (end > start && buffer[end - 1] === CR) end--;
  return end;
}

/** `verb` in lower case. */
function startsWith(buffer: Buffer, start: number, end: number, verb: string): boolean {
  if (end - start < verb.length) return false;
  for (let i = 0; i < verb.length; i++) {
    const byte = buffer[start + i];
    const lower = byte >= 65 && byte <= 90 ? byte | 0x20 : byte;
    if (lower !== verb.charCodeAt(i)) return false;
  }
  return true;
}

/** The verb that these bytes begin with, or may still become. */
function commandBegunBy(buffer: Buffer, start: number, end: number): string | undefined {
  return VERBS.find((verb) => {
    const length = Math.min(verb.length, end - start);
    if (!startsWith(buffer, start, start + length, verb.slice(0, length))) return false;
    return end - start <= verb.length || !NEEDS_GAP.includes(verb) || isBlank(buffer[start + verb.length]);
  });
}

function splitArguments(buffer: Buffer, start: number, lineEnd: number): string[] {
  const args: string[] = [];
  const end = argumentsEnd(buffer, start, lineEnd);
  let at = start;
  while (at < end) {
    while (at < end && isBlank(buffer[at])) at++;
    if (at === end) break;
    const tokenStart = at;
    while (at < end && !isBlank(buffer[at])) at++;
    // latin1Slice makes a string of its own; a substring would keep the whole line alive.
    args.push(buffer.toString('latin1', tokenStart, at));
  }
  return args;
}

function preview(buffer: Buffer, start: number, end: number): string {
  return buffer.toString('latin1', start, Math.min(end, start + 32));
}
