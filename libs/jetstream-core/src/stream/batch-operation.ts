import { HEAD_BYTES, messageBytes, readMessageOn, writeHead, writeMessage } from './message-bytes.ts';
import type { Publication } from './publication.ts';

/** Of an operation, in its head. */
export const BATCH = 2;
/** Length of the id (u16), messages (u16), before the id. */
export const BATCH_HEAD_BYTES = HEAD_BYTES + 4;
const FIRST_BYTES = 4096;

/**
 * Memory that others are done with: what comes and goes with each batch, outside of the heap, has the collector mark everything again and
 * again. Batches that are open have memory of their own.
 */
const spare: Buffer[] = [];
const SPARE_MAX = 8;
const SPARE_BYTES_MAX = 1024 * 1024;
const none = Buffer.alloc(0);

/** An atomic batch as the bytes of its operation, written while its messages come: each is copied once. */
export class BatchOperation {
  readonly id: string;
  readonly #subjects: string[] = [];
  /** Bytes before the operation that are left free, for whoever puts it into a record. */
  readonly #room: number;
  #bytes: Buffer;
  #end: number;
  /** Where the last message begins. */
  #lastAt = 0;

  constructor(id: string, room = 0) {
    this.id = id;
    this.#room = room;
    const messagesAt = room + BATCH_HEAD_BYTES + id.length;
    this.#bytes = spare.pop() ?? Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, messagesAt));
    this.#end = messagesAt;
    this.#bytes.write(id, room + BATCH_HEAD_BYTES, 'latin1');
  }

  get count(): number {
    return this.#subjects.length;
  }

  add(subject: string, content: Buffer, start: number, end: number, headerBytes: number): void {
    const next = this.#end + messageBytes(subject.length, end - start);
    if (next > this.#bytes.length) this.#grow(next);
    writeMessage(this.#bytes, this.#end, subject, content, start, end, headerBytes);
    this.#lastAt = this.#end;
    this.#end = next;
    this.#subjects.push(subject);
  }

  get last(): Publication {
    return readMessageOn(this.#subjects.at(-1) as string, this.#bytes, this.#lastAt);
  }

  /** @param content not a view of the one that was there */
  replaceLast(content: Buffer, headerBytes: number): void {
    const subject = this.#subjects.pop() as string;
    this.#end = this.#lastAt;
    this.add(subject, content, 0, content.length, headerBytes);
  }

  /** It is whole: its bytes, behind the room that was asked for. Valid until `release`. */
  seal(seconds: number, nanos: number): Buffer {
    const bytes = this.#bytes;
    writeHead(bytes, this.#room, BATCH, seconds, nanos);
    bytes.writeUInt16LE(this.id.length, this.#room + HEAD_BYTES);
    bytes.writeUInt16LE(this.count, this.#room + HEAD_BYTES + 2);
    return bytes.subarray(0, this.#end);
  }

  /** Contents are views of its memory, until `release`. */
  messages(): Publication[] {
    const messages: Publication[] = [];
    let at = this.#room + BATCH_HEAD_BYTES + this.id.length;
    for (const subject of this.#subjects) {
      const message = readMessageOn(subject, this.#bytes, at);
      messages.push(message);
      at += messageBytes(subject.length, message.content.length);
    }
    return messages;
  }

  /** Nobody reads it any more. */
  release(): void {
    const bytes = this.#bytes;
    this.#bytes = none;
    if (spare.length < SPARE_MAX && bytes.length <= SPARE_BYTES_MAX && bytes !== none) spare.push(bytes);
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}
