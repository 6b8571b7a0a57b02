import { hasEmptyToken, hasWildcard, matches } from './subject.ts';

/** What a sublist holds: a pattern and, for a member of a queue group, the group's name ('' for none). */
export interface Interested {
  readonly subject: string;
  readonly queue: string;
}

/** One queue group of a match: every member whose pattern matched, whichever pattern that was. */
export interface Group<T> {
  readonly name: string;
  readonly members: T[];
}

export interface Match<T> {
  readonly plain: readonly T[];
  readonly groups: readonly Group<T>[];
}

interface MatchUnderWay<T> {
  /** Made for the first group: most subjects have none, and a map costs more than the rest of a match. */
  byName: Map<string, Group<T>> | null;
  readonly plain: T[];
  readonly groups: Group<T>[];
}

/** All that one pattern has, once it is more than a single plain entry. */
class Bucket<T> {
  readonly plain = new Set<T>();
  groups: Map<string, Set<T>> | null = null;
}

class Level<T> {
  /** Null where none is needed: a pattern of many tokens must not cost a map for each. */
  #literals: Map<string, Level<T>> | null = null;
  #onlyToken = '';
  #only: Level<T> | null = null;
  star: Level<T> | null = null;
  /** Entries of the pattern that ends at this level. */
  here: Bucket<T> | null = null;
  /** Entries of the pattern that ends with `>` below this level. */
  full: Bucket<T> | null = null;

  literal(token: string): Level<T> | undefined {
    if (this.#literals !== null) return this.#literals.get(token);
    return this.#only !== null && this.#onlyToken === token ? this.#only : undefined;
  }

  addLiteral(token: string): Level<T> {
    const added = new Level<T>();
    if (this.#literals !== null) {
      this.#literals.set(token, added);
    } else if (this.#only === null) {
      this.#onlyToken = token;
      this.#only = added;
    } else {
      this.#literals = new Map([
        [this.#onlyToken, this.#only],
        [token, added],
      ]);
      this.#only = null;
    }
    return added;
  }

  deleteLiteral(token: string): void {
    if (this.#literals === null) {
      if (this.#onlyToken === token) this.#only = null;
      return;
    }
    this.#literals.delete(token);
    if (this.#literals.size === 0) this.#literals = null;
  }

  get hasLiterals(): boolean {
    return this.#literals !== null || this.#only !== null;
  }

  *literals(): Generator<[string, Level<T>]> {
    if (this.#literals !== null) yield* this.#literals;
    else if (this.#only !== null) yield [this.#onlyToken, this.#only];
  }

  isEmpty(): boolean {
    return (
      this.here === null && this.full === null && this.star === null && this.#only === null && this.#literals === null
    );
  }
}

/**
 * Patterns of one account and who wants them. Most subscriptions carry no wildcard, so these stand in one flat map (a
 * million of them cost a map entry each, not a chain of trie levels); only patterns with wildcards form a trie.
 */
export class Sublist<T extends Interested> {
  #literals = new Map<string, T | Bucket<T>>();
  #root = new Level<T>();
  /** How many of the literals that begin with an underscore (inboxes) there are right below each prefix. */
  readonly #inboxes = new Map<string, number>();
  /** How many of the literals are acknowledgements'. */
  #acks = 0;
  #wildcards = 0;
  #size = 0;

  /** Number of entries. */
  get size(): number {
    return this.#size;
  }

  /** Returns how many entries now share this one's pattern and queue name. */
  insert(entry: T): number {
    this.#size++;
    if (hasWildcard(entry.subject)) {
      this.#wildcards++;
      return addTo(this.#bucketFor(entry.subject), entry);
    }
    const present = this.#literals.get(entry.subject);
    if (present === undefined) this.#countAnswers(entry.subject, 1);
    if (present === undefined && entry.queue === '') {
      this.#literals.set(entry.subject, entry);
      return 1;
    }
    let bucket: Bucket<T>;
    if (present instanceof Bucket) bucket = present;
    else {
      bucket = new Bucket<T>();
      if (present !== undefined) addTo(bucket, present);
      this.#literals.set(entry.subject, bucket);
    }
    return addTo(bucket, entry);
  }

  /** Takes this very entry out. Returns how many are left of its pattern and queue name; -1 when it is not there. */
  remove(entry: T): number {
    const left = hasWildcard(entry.subject) ? this.#removeWildcard(entry) : this.#removeLiteral(entry);
    if (left >= 0) this.#size--;
    return left;
  }

  /** Who gets what is published to a subject. Nobody, not even `>`, when it has an empty token. */
  match(subject: string): Match<T> {
    if (this.#size === 0) return NO_MATCH as Match<T>;
    // A map makes a string of its own of each that it is asked for.
    const literal = this.#literals.size === 0 ? undefined : this.#literals.get(subject);
    if (this.#wildcards === 0 && (literal === undefined || !(literal instanceof Bucket))) {
      return literal === undefined ? (NO_MATCH as Match<T>) : { plain: [literal], groups: NO_GROUPS };
    }
    const match: MatchUnderWay<T> = { plain: [], groups: [], byName: null };
    if (literal instanceof Bucket) collect(literal, match);
    else if (literal !== undefined) match.plain.push(literal);
    if (this.#wildcards > 0 && !hasEmptyToken(subject)) collectLevel(this.#root, subject, 0, match);
    return { plain: match.plain, groups: match.groups };
  }

  /**
   * Whether all subjects of one token below a prefix that begins with an underscore have the same match: no pattern names
   * such a token. Below one that begins with `$JS.ACK.`: all of whatever number of tokens, as no pattern goes on there but with `>`.
   */
  isUniformBelow(prefix: string): boolean {
    const isAck = prefix.startsWith(ACK);
    if (isAck ? this.#acks > 0 : this.#inboxes.has(prefix)) return false;
    return this.#wildcards === 0 || !goesOnBelow(this.#root, prefix, 0, isAck);
  }

  /** Each pattern and queue name once, with how many entries share them. */
  *weights(): Generator<{ subject: string; queue: string; weight: number }> {
    for (const [subject, value] of this.#literals) {
      if (value instanceof Bucket) yield* weightsOf(subject, value);
      else yield { subject, queue: '', weight: 1 };
    }
    yield* weightsBelow(this.#root, '');
  }

  /** Every entry whose pattern matches some subject that this one, which is valid, matches as well. */
  *overlapping(pattern: string): Generator<T> {
    const literals = hasWildcard(pattern) ? this.#literals : [[pattern, this.#literals.get(pattern)] as const];
    for (const [subject, value] of literals) {
      if (value === undefined || !matches(pattern, subject)) continue;
      if (value instanceof Bucket) yield* entriesOf(value);
      else yield value;
    }
    yield* overlappingBelow(this.#root, pattern.split('.'), 0);
  }

  /** Every entry, in no particular order. */
  *[Symbol.iterator](): Generator<T> {
    for (const value of this.#literals.values()) {
      if (value instanceof Bucket) yield* entriesOf(value);
      else yield value;
    }
    yield* entriesBelow(this.#root);
  }

  #removeLiteral(entry: T): number {
    const present = this.#literals.get(entry.subject);
    if (present === undefined) return -1;
    if (!(present instanceof Bucket)) {
      if (present !== entry) return -1;
      this.#literals.delete(entry.subject);
      this.#countAnswers(entry.subject, -1);
      return 0;
    }
    const left = removeFrom(present, entry);
    if (left === 0 && isEmpty(present)) {
      this.#literals.delete(entry.subject);
      this.#countAnswers(entry.subject, -1);
    }
    return left;
  }

  #countAnswers(subject: string, change: number): void {
    if (subject.startsWith(ACK)) this.#acks += change;
    if (!subject.startsWith('_')) return;
    const prefix = subject.slice(0, Math.max(0, subject.lastIndexOf('.')));
    const count = (this.#inboxes.get(prefix) ?? 0) + change;
    if (count > 0) this.#inboxes.set(prefix, count);
    else this.#inboxes.delete(prefix);
  }

  #bucketFor(pattern: string): Bucket<T> {
    let level = this.#root;
    const tokens = pattern.split('.');
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i];
      if (token === '>' && i === tokens.length - 1) {
        level.full ??= new Bucket<T>();
        return level.full;
      }
      if (token === '*') {
        level.star ??= new Level<T>();
        level = level.star;
      } else {
        level = level.literal(token) ?? level.addLiteral(token);
      }
    }
    level.here ??= new Bucket<T>();
    return level.here;
  }

  #removeWildcard(entry: T): number {
    const left = removeBelow(this.#root, entry.subject.split('.'), 0, entry);
    if (left >= 0) this.#wildcards--;
    return left;
  }
}

const ACK = '$JS.ACK.';
const NO_GROUPS: readonly never[] = [];
const NO_MATCH: Match<never> = { plain: [], groups: [] };

function addTo<T extends Interested>(bucket: Bucket<T>, entry: T): number {
  if (entry.queue === '') return bucket.plain.add(entry).size;
  bucket.groups ??= new Map();
  const group = bucket.groups.get(entry.queue);
  if (group !== undefined) return group.add(entry).size;
  bucket.groups.set(entry.queue, new Set([entry]));
  return 1;
}

function removeFrom<T extends Interested>(bucket: Bucket<T>, entry: T): number {
  if (entry.queue === '') return bucket.plain.delete(entry) ? bucket.plain.size : -1;
  const group = bucket.groups?.get(entry.queue);
  if (group === undefined || !group.delete(entry)) return -1;
  if (group.size === 0) bucket.groups?.delete(entry.queue);
  return group.size;
}

function isEmpty<T>(bucket: Bucket<T>): boolean {
  return bucket.plain.size === 0 && (bucket.groups === null || bucket.groups.size === 0);
}

function collect<T>(bucket: Bucket<T>, match: MatchUnderWay<T>): void {
  for (const entry of bucket.plain) match.plain.push(entry);
  if (bucket.groups === null) return;
  match.byName ??= new Map();
  for (const [name, members] of bucket.groups) {
    // One queue name on different matching subjects forms one group.
    let group = match.byName.get(name);
    if (group === undefined) {
      group = { name, members: [] };
      match.byName.set(name, group);
      match.groups.push(group);
    }
    for (const member of members) group.members.push(member);
  }
}

function collectLevel<T>(level: Level<T>, subject: string, from: number, match: MatchUnderWay<T>): void {
  if (level.full !== null) collect(level.full, match);
  const dot = subject.indexOf('.', from);
  const last = dot < 0;
  const token = last ? subject.slice(from) : subject.slice(from, dot);
  const next = level.literal(token);
  if (next !== undefined) {
    if (!last) collectLevel(next, subject, dot + 1, match);
    else if (next.here !== null) collect(next.here, match);
  }
  // An empty token is nobody's: `foo..bar` published without pedantic matches no `*`.
  const star = level.star;
  if (star !== null && token !== '') {
    if (!last) collectLevel(star, subject, dot + 1, match);
    else if (star.here !== null) collect(star.here, match);
  }
}

/** Whether a level that a prefix leads to has a literal, or any token, below it. */
function goesOnBelow<T>(level: Level<T>, prefix: string, from: number, withAny: boolean): boolean {
  const dot = prefix.indexOf('.', from);
  const isLast = dot < 0;
  const token = isLast ? prefix.slice(from) : prefix.slice(from, dot);
  for (const next of [level.literal(token), level.star]) {
    if (next === undefined || next === null) continue;
    if (isLast) {
      if (next.hasLiterals || (withAny && next.star !== null)) return true;
    } else if (goesOnBelow(next, prefix, dot + 1, withAny)) return true;
  }
  return false;
}

function removeBelow<T extends Interested>(level: Level<T>, tokens: string[], at: number, entry: T): number {
  if (at === tokens.length) {
    const left = level.here === null ? -1 : removeFrom(level.here, entry);
    if (left === 0 && level.here !== null && isEmpty(level.here)) level.here = null;
    return left;
  }
  const token = tokens[at];
  if (token === '>' && at === tokens.length - 1) {
    const left = level.full === null ? -1 : removeFrom(level.full, entry);
    if (left === 0 && level.full !== null && isEmpty(level.full)) level.full = null;
    return left;
  }
  const next = token === '*' ? level.star : level.literal(token);
  if (next === null || next === undefined) return -1;
  const left = removeBelow(next, tokens, at + 1, entry);
  if (left === 0 && next.isEmpty()) {
    if (token === '*') level.star = null;
    else level.deleteLiteral(token);
  }
  return left;
}

function* overlappingBelow<T>(level: Level<T>, tokens: readonly string[], at: number): Generator<T> {
  if (at === tokens.length) {
    if (level.here !== null) yield* entriesOf(level.here);
    return;
  }
  const token = tokens[at];
  if (token === '>' && at === tokens.length - 1) {
    // One token more at least: not what ends here.
    if (level.full !== null) yield* entriesOf(level.full);
    if (level.star !== null) yield* entriesBelow(level.star);
    for (const [, next] of level.literals()) yield* entriesBelow(next);
    return;
  }
  if (level.full !== null) yield* entriesOf(level.full);
  if (token === '*') for (const [, next] of level.literals()) yield* overlappingBelow(next, tokens, at + 1);
  const next = token === '*' ? undefined : level.literal(token);
  if (next !== undefined) yield* overlappingBelow(next, tokens, at + 1);
  if (level.star !== null) yield* overlappingBelow(level.star, tokens, at + 1);
}

function* entriesOf<T>(bucket: Bucket<T>): Generator<T> {
  yield* bucket.plain;
  if (bucket.groups !== null) for (const group of bucket.groups.values()) yield* group;
}

function* entriesBelow<T>(level: Level<T>): Generator<T> {
  if (level.here !== null) yield* entriesOf(level.here);
  if (level.full !== null) yield* entriesOf(level.full);
  if (level.star !== null) yield* entriesBelow(level.star);
  for (const [, next] of level.literals()) yield* entriesBelow(next);
}

function* weightsOf<T>(
  subject: string,
  bucket: Bucket<T>,
): Generator<{ subject: string; queue: string; weight: number }> {
  if (bucket.plain.size > 0) yield { subject, queue: '', weight: bucket.plain.size };
  if (bucket.groups === null) return;
  for (const [queue, members] of bucket.groups) yield { subject, queue, weight: members.size };
}

function* weightsBelow<T>(
  level: Level<T>,
  prefix: string,
): Generator<{ subject: string; queue: string; weight: number }> {
  const below = prefix === '' ? '' : `${prefix}.`;
  if (level.here !== null) yield* weightsOf(prefix, level.here);
  if (level.full !== null) yield* weightsOf(`${below}>`, level.full);
  if (level.star !== null) yield* weightsBelow(level.star, `${below}*`);
  for (const [token, next] of level.literals()) yield* weightsBelow(next, `${below}${token}`);
}
