/** A request in the system account. */
export interface SystemRequest {
  subject: string;
  /** The block of headers, '' for none. */
  headers: string;
  /** At most one more than `BODY_BYTES_MAX` of it is read: enough to see that it is too much. */
  body: string;
  /** The gateway that it came through. */
  gateway: number;
}

/** Names of ten thousand accounts, and room to spare. */
export const BODY_BYTES_MAX = 1024 * 1024;
