/** What a client did with a consumer `C` of a stream `S` on `s.>`, step by step, and what it heard in the 30 ms after each. */
export interface Conversation {
  /** What the stream has beside that. */
  stream?: object;
  steps: { do: Verb; heard: object[] }[];
}

/**
 * `create` config · `pub` subject body · `pubs` subject how-many size · `next` request inbox · `ack` nth-delivery body reply ·
 * `flow` nth-flow-control headers · `info` · `sub` subject sid queue · `unsub` sid · `req` subject body · `wait` milliseconds
 */
export type Verb = [string, ...unknown[]];
