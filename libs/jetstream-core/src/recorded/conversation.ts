/** What a client did with a consumer `C` of a stream `S` on `s.>`, step by step, and what it heard in the `stepMillis` after each. */
export interface Conversation {
  /** What the stream has beside that. */
  stream?: object;
  steps: { do: Verb; heard: object[] }[];
}

/**
 * `create` config · `pub` subject body · `pubs` subject how-many size · `next` request inbox · `ack` nth-delivery body reply ·
 * `flow` nth-flow-control headers · `info` · `sub` subject sid queue · `unsub` sid · `req` subject body · `wait` milliseconds.
 * A request's `id` is that of the nth pin: `PINn`.
 */
export type Verb = [string, ...unknown[]];

/** Much takes a while to arrive. */
export const stepMillis = ([verb]: Verb): number => (verb === 'pubs' || verb === 'flow' ? 200 : 30);

const SHORT = 5;
const isDelivery = (one: object): boolean => 'reply' in one && String(one.reply).startsWith('$JS.ACK');

/** Many deliveries one after the other as their number: what they say of those that follow depends on when these were published. */
export function shortened(heard: readonly object[]): object[] {
  const short: object[] = [];
  for (let at = 0; at < heard.length; ) {
    const end = heard.findIndex((one, i) => i >= at && !isDelivery(one));
    const many = (end < 0 ? heard.length : end) - at;
    if (many > SHORT) short.push({ reply: `${many} deliveries` });
    else short.push(...heard.slice(at, at + Math.max(1, many)));
    at += Math.max(1, many);
  }
  return short;
}
