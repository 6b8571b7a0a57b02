import { type ApiError, apiErrors } from '@skein/jetstream-core';

/** How much of a kind of storage may be used, and is. */
export class Room {
  /** Bytes; below 0: as many as there are. */
  limit: number;
  used = 0;
  /** What is on its way to be used. */
  coming = 0;
  /** What other stores use of it, as far as they have said. */
  elsewhere = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  has(bytes: number): boolean {
    return this.limit < 0 || this.used + this.coming + this.elsewhere + bytes <= this.limit;
  }
}

/** What one stream uses of its account's storage, and of the node's. */
export class Share {
  readonly #account: Room;
  readonly #node: Room;
  #counted = 0;

  constructor(account: Room, node: Room) {
    this.#account = account;
    this.#node = node;
  }

  /** The stream has so many bytes now. */
  count(bytes: number): void {
    const more = bytes - this.#counted;
    this.#counted = bytes;
    this.#account.used += more;
    this.#node.used += more;
  }

  /** A message on its way, or there. */
  expect(bytes: number): void {
    this.#account.coming += bytes;
    this.#node.coming += bytes;
  }

  /** Why a message of so many bytes has no place. */
  fault(bytes: number): ApiError | undefined {
    if (!this.#account.has(bytes)) return apiErrors.accountExceeded();
    if (this.#node.has(bytes)) return undefined;
    const { used, elsewhere, limit } = this.#node;
    return apiErrors.insufficientResources(`server: ${used + elsewhere} of ${limit} bytes used`);
  }
}
