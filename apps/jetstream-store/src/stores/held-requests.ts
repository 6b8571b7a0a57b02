import { HOLDING } from '@skein/bus';

/** What came for a stream of another store; all of it may be kept. */
export interface HandedOn {
  readonly account: string;
  readonly subject: string;
  /** Where its answer goes. */
  readonly reply: string;
  /** Header block, then body. */
  readonly content: Buffer;
  readonly headerBytes: number;
}

/** What is for a store that is away, in order. */
export class HeldRequests {
  #requests: HandedOn[] = [];
  #bytes = 0;

  /** @returns false: there are too many */
  add(request: HandedOn): boolean {
    const cost = request.content.length + request.subject.length + request.reply.length + HOLDING.itemBytes;
    if (this.#requests.length >= HOLDING.itemsMax || this.#bytes + cost > HOLDING.bytesMax) return false;
    this.#requests.push(request);
    this.#bytes += cost;
    return true;
  }

  /** All of them; there are none then. */
  take(): HandedOn[] {
    const requests = this.#requests;
    this.#requests = [];
    this.#bytes = 0;
    return requests;
  }
}
