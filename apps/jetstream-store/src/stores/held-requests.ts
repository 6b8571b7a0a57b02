/** Less than clients wait, as a gateway holds what is for a store. */
export const HOLD_MS = 4000;
const REQUESTS_MAX = 10_000;
const BYTES_MAX = 16 * 1024 * 1024;
const REQUEST_BYTES = 256;

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
    const cost = request.content.length + request.subject.length + request.reply.length + REQUEST_BYTES;
    if (this.#requests.length >= REQUESTS_MAX || this.#bytes + cost > BYTES_MAX) return false;
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
