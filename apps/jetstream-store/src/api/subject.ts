/** A request's subject, taken apart. */
export interface RequestSubject {
  /** As in `STREAM.INFO`. */
  readonly verb: string;
  /** What stands behind it: names of streams and consumers, a filter. */
  readonly names: readonly string[];
}

/** How many names stand behind a verb; `more`: or any number beyond. */
const verbs: Readonly<Record<string, { least: number; most: number }>> = {
  INFO: { least: 0, most: 0 },
  'STREAM.CREATE': { least: 1, most: 1 },
  'STREAM.UPDATE': { least: 1, most: 1 },
  'STREAM.NAMES': { least: 0, most: 0 },
  'STREAM.LIST': { least: 0, most: 0 },
  'STREAM.INFO': { least: 1, most: 1 },
  'STREAM.DELETE': { least: 1, most: 1 },
  'STREAM.PURGE': { least: 1, most: 1 },
  'STREAM.SNAPSHOT': { least: 1, most: 1 },
  'STREAM.RESTORE': { least: 1, most: 1 },
  'STREAM.MSG.GET': { least: 1, most: 1 },
  'STREAM.MSG.DELETE': { least: 1, most: 1 },
  'STREAM.PEER.REMOVE': { least: 1, most: 1 },
  'STREAM.LEADER.STEPDOWN': { least: 1, most: 1 },
  'DIRECT.GET': { least: 1, most: Number.POSITIVE_INFINITY },
  'CONSUMER.CREATE': { least: 1, most: Number.POSITIVE_INFINITY },
  'CONSUMER.DURABLE.CREATE': { least: 2, most: 2 },
  'CONSUMER.NAMES': { least: 1, most: 1 },
  'CONSUMER.LIST': { least: 1, most: 1 },
  'CONSUMER.INFO': { least: 2, most: 2 },
  'CONSUMER.DELETE': { least: 2, most: 2 },
  'CONSUMER.PAUSE': { least: 2, most: 2 },
  'CONSUMER.UNPIN': { least: 2, most: 2 },
  'CONSUMER.RESET': { least: 2, most: 2 },
  'CONSUMER.LEADER.STEPDOWN': { least: 2, most: 2 },
  'ACCOUNT.PURGE': { least: 1, most: 1 },
};
const PREFIX = '$JS.API.';
const VERB_TOKENS_MAX = 3;

/** Undefined for what nobody answers. @param subject under `$JS.API.` */
export function readSubject(subject: string): RequestSubject | undefined {
  const tokens = subject.slice(PREFIX.length).split('.');
  for (let length = Math.min(VERB_TOKENS_MAX, tokens.length); length > 0; length--) {
    const verb = tokens.slice(0, length).join('.');
    const expected = verbs[verb];
    if (expected === undefined) continue;
    const names = tokens.slice(length);
    return names.length >= expected.least && names.length <= expected.most ? { verb, names } : undefined;
  }
  return undefined;
}
