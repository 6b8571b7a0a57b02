/** A request in the system account. */
export interface SystemRequest {
  subject: string;
  /** The block of headers, '' for none. */
  headers: string;
  body: string;
  /** It was not read: headers and body are empty here. */
  isTooLarge: boolean;
  /** The gateway that it came through. */
  gateway: number;
}

/** Of headers and body together. The names of a thousand accounts fit; hundreds of such requests may be waiting. */
export const REQUEST_BYTES_MAX = 64 * 1024;
