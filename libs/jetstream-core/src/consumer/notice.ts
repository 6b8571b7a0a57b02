/** What a consumer tells the world beside messages: parts of advisories and metrics (ADR-22). */
export type Notice =
  | { readonly kind: 'max_deliver'; readonly stream_seq: number; readonly deliveries: number }
  | { readonly kind: 'nak'; readonly consumer_seq: number; readonly stream_seq: number; readonly deliveries: number }
  | {
      readonly kind: 'terminated';
      readonly consumer_seq: number;
      readonly stream_seq: number;
      readonly deliveries: number;
      readonly reason: string;
    }
  /** A sampled acknowledgement; `ack_time` in nanoseconds since the last delivery. */
  | {
      readonly kind: 'ack';
      readonly consumer_seq: number;
      readonly stream_seq: number;
      readonly deliveries: number;
      readonly ack_time: number;
    }
  /** The pause is over; it was until then. */
  | { readonly kind: 'resumed'; readonly pause_until: string }
  | { readonly kind: 'pinned'; readonly group: string; readonly pinned_id: string }
  | { readonly kind: 'unpinned'; readonly group: string; readonly reason: 'admin' | 'timeout' };
