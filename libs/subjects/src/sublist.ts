import { hasWildcard } from './subject.ts';

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
  readonly plain: T[];
  readonly groups: Group<T>[];
}

/** All that one pattern has, once it is more than a single plain entry. */
class Bucket<T> {
  readonly plain = new Set<T>();
  groups: Map<string, Set<T>> | null = null;
}

class Level<T> {
  readonly literals = new Map<string, Level<T>>();
  star: Level<T> | null = null;
  /** Entries of the pattern that ends at this level. */
  here: Bucket<T> | null = null;
  /** Entries of the pattern that ends with `>` below this level. */
  full: Bucket<T> | null = null;

  isEmpty(): boolean {
    return this.here === null && this.full === null && this.star === null && this.literals.size === 0;
  }
}

/**
 * Patterns of one account and who wants them. Most subscriptions carry no wildcard, so these stand in one flat map (a
 * million of them cost a map entry each, not a chain of trie levels); only patterns with wildcards form a trie.
 */
export class Sublist<T extends Interested> {
  #literals = new Map<string, T | Bucket<T>>();
  #root = new Level<T>();
  #wildcards = 0;
  #size = 0;

  /** Number of entries. */
  get size(): number {
    return this.#size;
  }

  insert(entry: T): void {
    this.#size++;
    if (hasWildcard(entry.subject)) {
      this.#wildcards++;
      addTo(this.#bucketFor(entry.subject), entry);
      return;
    }
    const present = this.#literals.get(entry.subject);
    if (present === undefined && entry.queue === '') {
      this.#literals.set(entry.subject, entry);
      return;
    }
    let bucket: Bucket<T>;
    if (present instanceof Bucket) bucket = present;
    else {
      bucket = new Bucket<T>();
      if (present !== undefined) addTo(bucket, present);
      this.#literals.set(entry.subject, bucket);
    }
    addTo(bucket, entry);
  }

  /** Takes this very entry out; false when it is not there. */
  remove(entry: T): boolean {
    const removed = hasWildcard(entry.subject) ? this.#removeWildcard(entry) : this.#removeLiteral(entry);
    if (removed) this.#size--;
    return removed;
  }

  match(subject: string): Match<T> {
    const match: Match<T> = { plain: [], groups: [] };
    const literal = this.#literals.get(subject);
    if (literal instanceof Bucket) collect(literal, match);
    else if (literal !== undefined) match.plain.push(literal);
    if (this.#wildcards > 0) collectLevel(this.#root, subject, 0, match);
    return match;
  }

  /** Every entry, in no particular order. */
  *[Symbol.iterator](): Generator<T> {
    for (const value of this.#literals.values()) {
      if (value instanceof Bucket) yield* entriesOf(value);
      else yield value;
    }
    yield* entriesBelow(this.#root);
  }

  #removeLiteral(entry: T): boolean {
    const present = this.#literals.get(entry.subject);
    if (present === undefined) return false;
    if (!(present instanceof Bucket)) return present === entry && this.#literals.delete(entry.subject);
    if (!removeFrom(present, entry)) return false;
    if (isEmpty(present)) this.#literals.delete(entry.subject);
    return true;
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
        let next = level.literals.get(token);
        if (next === undefined) {
          next = new Level<T>();
          level.literals.set(token, next);
        }
        level = next;
      }
    }
    level.here ??= new Bucket<T>();
    return level.here;
  }

  #removeWildcard(entry: T): boolean {
    const tokens = entry.subject.split('.');
    const removed = removeBelow(this.#root, tokens, 0, entry);
    if (removed) this.#wildcards--;
    return removed;
  }
}

function addTo<T extends Interested>(bucket: Bucket<T>, entry: T): void {
  if (entry.queue === '') {
    bucket.plain.add(entry);
    return;
  }
  bucket.groups ??= new Map();
  const group = bucket.groups.get(entry.queue);
  if (group === undefined) bucket.groups.set(entry.queue, new Set([entry]));
  else group.add(entry);
}

function removeFrom<T extends Interested>(bucket: Bucket<T>, entry: T): boolean {
  if (entry.queue === '') return bucket.plain.delete(entry);
  const group = bucket.groups?.get(entry.queue);
  if (group === undefined || !group.delete(entry)) return false;
  if (group.size === 0) bucket.groups?.delete(entry.queue);
  return true;
}

function isEmpty<T>(bucket: Bucket<T>): boolean {
  return bucket.plain.size === 0 && (bucket.groups === null || bucket.groups.size === 0);
}

function collect<T>(bucket: Bucket<T>, match: Match<T>): void {
  for (const entry of bucket.plain) match.plain.push(entry);
  if (bucket.groups === null) return;
  for (const [name, members] of bucket.groups) {
    // One queue name on different matching subjects forms one group.
    let group = match.groups.find((candidate) => candidate.name === name);
    if (group === undefined) {
      group = { name, members: [] };
      match.groups.push(group);
    }
    for (const member of members) group.members.push(member);
  }
}

function collectLevel<T>(level: Level<T>, subject: string, from: number, match: Match<T>): void {
  if (level.full !== null) collect(level.full, match);
  const dot = subject.indexOf('.', from);
  const last = dot < 0;
  const token = last ? subject.slice(from) : subject.slice(from, dot);
  const next = level.literals.get(token);
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

function removeBelow<T extends Interested>(level: Level<T>, tokens: string[], at: number, entry: T): boolean {
  if (at === tokens.length) {
    if (level.here === null || !removeFrom(level.here, entry)) return false;
    if (isEmpty(level.here)) level.here = null;
    return true;
  }
  const token = tokens[at];
  if (token === '>' && at === tokens.length - 1) {
    if (level.full === null || !removeFrom(level.full, entry)) return false;
    if (isEmpty(level.full)) level.full = null;
    return true;
  }
  const next = token === '*' ? level.star : level.literals.get(token);
  if (next === null || next === undefined || !removeBelow(next, tokens, at + 1, entry)) return false;
  if (next.isEmpty()) {
    if (token === '*') level.star = null;
    else level.literals.delete(token);
  }
  return true;
}

function* entriesOf<T>(bucket: Bucket<T>): Generator<T> {
  yield* bucket.plain;
  if (bucket.groups !== null) for (const group of bucket.groups.values()) yield* group;
}

function* entriesBelow<T>(level: Level<T>): Generator<T> {
  if (level.here !== null) yield* entriesOf(level.here);
  if (level.full !== null) yield* entriesOf(level.full);
  if (level.star !== null) yield* entriesBelow(level.star);
  for (const next of level.literals.values()) yield* entriesBelow(next);
}
