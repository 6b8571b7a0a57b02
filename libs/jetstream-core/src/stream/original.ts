import type { Publication } from './publication.ts';

/** A message that comes from another stream, as it is to be stored: its subject and headers are final. */
export interface Original extends Publication {
  /** Its sequence there. */
  readonly origin: number;
  /** When it was stored there. */
  readonly seconds: number;
  readonly nanos: number;
}

/** Up to where a stream has taken from an origin. */
export interface OriginPosition {
  /** A sequence of the origin. */
  readonly sequence: number;
  /** Which stream that was: one that was made anew has its name, and another identity. */
  readonly identity: string;
}
