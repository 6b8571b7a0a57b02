/** What a connection may do, compiled. Subjects are latin1. */
export interface ClientPermissions {
  canPublish(subject: string): boolean;
  canSubscribe(subject: string, queue: string): boolean;
  /** False when a deny rule hides this subject from a wildcard subscription that was allowed. */
  mayDeliver(subject: string): boolean;
  /** Whether `mayDeliver` can ever be false. */
  readonly filtersDelivery: boolean;
  /** With `allow_responses`: a message with this reply subject was delivered at this (monotonic) time. */
  trackReply?(reply: string, nowMs: number): void;
}
