const M = 0x4d;
const CR = 0x0d;
const LF = 0x0a;
const CONTROL_LINE = /^(PING|PONG|\+OK|INFO \{.*|-ERR .*)$/;
/** So much of the expected stream is kept ready that a usual chunk is compared in one go. */
const COMPARED_BYTES = 256 * 1024;

/**
 * Counts fixed-length message frames in a byte stream without parsing each.
 *
 * Where the stream's content is known (`period`: the frames that come again and again), a chunk is accepted when it is,
 * as a whole, what must stand at that position: one `memcmp`, which costs less than the copy out of the kernel. Only a
 * chunk that differs is walked frame by frame. Without a period every frame is walked, and only its first byte and its
 * end are looked at.
 *
 * Control lines between frames (PING, PONG, INFO, -ERR) go to `onControl`, without their line end. Throws on bytes that
 * are neither.
 */
export class FrameCounter {
  messages = 0;
  readonly #frameBytes: number;
  readonly #periodBytes: number;
  /** The period over and over, from any of its positions on at least COMPARED_BYTES and a frame long. */
  readonly #expected: Buffer | null;
  readonly #onControl: (line: string) => void;
  /** Where in the period the next byte belongs. */
  #phase = 0;
  /** A control line, or an unknown frame, that has not arrived whole. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(shape: { frameBytes: number; period: Buffer | null }, onControl: (line: string) => void) {
    this.#frameBytes = shape.frameBytes;
    this.#periodBytes = shape.period?.length ?? shape.frameBytes;
    this.#expected =
      shape.period && Buffer.alloc(shape.period.length + shape.frameBytes + COMPARED_BYTES, shape.period);
    this.#onControl = onControl;
  }

  push(chunk: Buffer): void {
    if (this.#rest.length > 0 || !this.#isExpected(chunk)) {
      this.#walk(chunk);
      return;
    }
    const partial = this.#phase % this.#frameBytes;
    this.messages += Math.floor((partial + chunk.length) / this.#frameBytes);
    this.#phase = (this.#phase + chunk.length) % this.#periodBytes;
  }

  #isExpected(chunk: Buffer): boolean {
    if (!this.#expected || chunk.length > COMPARED_BYTES) return false;
    return this.#expected.compare(chunk, 0, chunk.length, this.#phase, this.#phase + chunk.length) === 0;
  }

  #walk(chunk: Buffer): void {
    const begun = this.#phase - (this.#phase % this.#frameBytes);
    // The part of a frame that earlier chunks brought and that compared equal is put back in front.
    const seen = this.#expected?.subarray(begun, this.#phase) ?? this.#rest;
    const ahead = seen.length > 0 ? seen : this.#rest;
    const bytes = ahead.length > 0 ? Buffer.concat([ahead, chunk]) : chunk;
    this.#phase = begun;
    this.#rest = bytes.subarray(0, 0);
    let at = 0;
    while (at < bytes.length) {
      if (bytes[at] === M) {
        const end = Math.min(at + this.#frameBytes, bytes.length);
        if (!this.#isFrame(bytes, at, end)) this.#refuse(bytes, at);
        if (end - at < this.#frameBytes) {
          if (this.#expected) this.#phase += end - at;
          else this.#rest = Buffer.from(bytes.subarray(at));
          return;
        }
        this.messages += 1;
        if (this.#expected) this.#phase = (this.#phase + this.#frameBytes) % this.#periodBytes;
        at = end;
      } else {
        const lineEnd = bytes.indexOf('\r\n', at, 'latin1');
        if (lineEnd === -1) {
          this.#rest = Buffer.from(bytes.subarray(at));
          return;
        }
        const line = bytes.toString('latin1', at, lineEnd);
        if (!CONTROL_LINE.test(line)) this.#refuse(bytes, at);
        this.#onControl(line);
        at = lineEnd + 2;
      }
    }
  }

  #isFrame(bytes: Buffer, at: number, end: number): boolean {
    if (this.#expected) return this.#expected.compare(bytes, at, end, this.#phase, this.#phase + end - at) === 0;
    return end - at < this.#frameBytes || (bytes[end - 2] === CR && bytes[end - 1] === LF);
  }

  #refuse(bytes: Buffer, at: number): never {
    const excerpt = bytes.toString('latin1', at, Math.min(bytes.length, at + 80));
    throw new Error(`unexpected bytes after ${this.messages} messages: ${JSON.stringify(excerpt)}`);
  }
}
