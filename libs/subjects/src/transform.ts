import { hasWildcard, isValidPattern } from './subject.ts';

/** A destination that can't be made from its source; the message is nats-server's. */
export class TransformError extends Error {}

/** Makes a part of the new subject: `wildcards` are the tokens that the source's `*` stand for, in order. */
type Part = (wildcards: readonly string[], subject: string, draw: () => number) => string;

/**
 * Rewrites subjects that match `source` into `destination`, whose tokens may be `$n`, `{{wildcard(n)}}` and the other mapping
 * functions of nats-server; a `>` at the end of both carries the rest over. Subjects are latin1 (one char per byte): functions
 * that cut cut bytes, as nats-server does.
 */
export class SubjectTransform {
  readonly source: string;
  readonly destination: string;
  /** The same subject in may give another out. */
  readonly isRandom: boolean;
  readonly #parts: readonly (string | Part)[];
  /** Where the source's `*` stand. */
  readonly #stars: readonly number[];
  /** Index of the first token under `>`; -1 without one. */
  readonly #rest: number;

  /** @throws TransformError */
  constructor(source: string, destination: string) {
    if (!isValidPattern(source)) throw new TransformError('invalid subject');
    this.source = source;
    this.destination = destination;
    const tokens = source.split('.');
    this.#stars = tokens.flatMap((token, index) => (token === '*' ? [index] : []));
    this.#rest = tokens.at(-1) === '>' ? tokens.length - 1 : -1;
    // A function's arguments may hold dots, a delimiter for one.
    const wanted = splitDestination(destination);
    const compiled = wanted.map((token) => compileToken(token, this.#stars.length));
    // An empty token, a blank, or `>` in the middle; functions and their arguments are not looked at.
    if (!isValidPattern(compiled.map((part, i) => (typeof part === 'string' ? wanted[i] : 'x')).join('.'))) {
      throw new TransformError('invalid mapping destination: invalid transform');
    }
    if (wanted.some((token) => token === '*') || (wanted.at(-1) === '>') !== this.#rest >= 0) {
      throw new TransformError('invalid subject');
    }
    if (this.#rest >= 0) compiled[compiled.length - 1] = (_wildcards, subject) => restOf(subject, this.#rest);
    this.#parts = compiled;
    this.isRandom = wanted.some((token) => /^\{\{\s*random\s*\(/i.test(token));
  }

  /**
   * The new subject of one that matches the source.
   *
   * @param draw gives numbers from 0 up to 1, for destinations that have `random`
   */
  apply(subject: string, draw: () => number = Math.random): string {
    const wildcards: string[] = [];
    if (this.#stars.length > 0) {
      const tokens = subject.split('.');
      for (const index of this.#stars) wildcards.push(tokens[index] ?? '');
    }
    let result = '';
    for (const part of this.#parts) {
      if (result !== '') result += '.';
      result += typeof part === 'string' ? part : part(wildcards, subject, draw);
    }
    return result;
  }

  /** Whether every wildcard of the source appears as such in the destination: only then can it be turned round. */
  static reversible(source: string, destination: string): boolean {
    const stars = source.split('.').filter((token) => token === '*').length;
    const used = new Set(splitDestination(destination).flatMap((token) => wildcardIndex(token) ?? []));
    for (let index = 1; index <= stars; index++) if (!used.has(index)) return false;
    return true;
  }
}

/** `*` in a destination stands for the source's wildcards in order: imports may be written so. */
export function numberWildcards(destination: string): string {
  let count = 0;
  return splitDestination(destination)
    .map((token) => (token === '*' ? `$${++count}` : token))
    .join('.');
}

/** A destination's tokens as a pattern: where `$n` stand, `*` do. What its results match. */
export function asPattern(destination: string): string {
  return splitDestination(destination)
    .map((token) => (wildcardIndex(token) === undefined ? token : '*'))
    .join('.');
}

/**
 * The transform back: from what `destination` makes to what it was made of.
 *
 * @throws TransformError when a wildcard got lost on the way
 */
export function reversed(source: string, destination: string): SubjectTransform {
  if (!SubjectTransform.reversible(source, destination)) {
    throw new TransformError(`invalid mapping destination: not using all of the token wildcard(s) in ${destination}`);
  }
  const order = splitDestination(destination).flatMap((token) => wildcardIndex(token) ?? []);
  let star = 0;
  const back = source
    .split('.')
    .map((token) => (token === '*' ? `$${order.indexOf(++star) + 1}` : token))
    .join('.');
  return new SubjectTransform(asPattern(destination), back);
}

function splitDestination(destination: string): string[] {
  const tokens: string[] = [];
  let token = '';
  let depth = 0;
  for (const char of destination) {
    if (char === '{') depth++;
    else if (char === '}') depth = Math.max(0, depth - 1);
    if (char === '.' && depth < 2) {
      tokens.push(token);
      token = '';
    } else token += char;
  }
  tokens.push(token);
  return tokens;
}

function wildcardIndex(token: string): number | undefined {
  const match = /^\$(\d+)$/.exec(token) ?? /^\{\{\s*wildcard\s*\(\s*(\d+)\s*\)\s*\}\}$/i.exec(token);
  return match === null ? undefined : Number(match[1]);
}

/** A call with text around it is no call: nats-server takes such a token as it stands. */
const CALL = /^\{\{(.*)\}\}$/s;

function compileToken(token: string, stars: number): string | Part {
  const index = wildcardIndex(token);
  if (index !== undefined) return wildcard(numberIn(index, stars, token));
  const call = CALL.exec(token);
  if (call === null) return token;
  const [, name, list] = /^\s*([a-z]+)\s*\((.*)\)\s*$/is.exec(call[1]) ?? [];
  const build = name === undefined ? undefined : FUNCTIONS[name.toLowerCase()];
  if (build === undefined) throw new TransformError(`invalid mapping destination: unknown function in ${token}`);
  return build({ token, stars, texts: list.split(',').map((text) => text.trim()) });
}

interface Call {
  token: string;
  stars: number;
  texts: string[];
}

function numberIn(index: number, stars: number, token: string): number {
  if (index < 1 || index > stars) {
    throw new TransformError(`invalid mapping destination: wildcard index out of range in ${token}: [${index}]`);
  }
  return index - 1;
}

function integer({ texts, token }: Call, at: number): number {
  const text = texts[at] ?? '';
  if (/^\d{1,10}$/.test(text) && Number(text) <= INT32_MAX) return Number(text);
  throw new TransformError(
    `invalid mapping destination: function argument is invalid or in the wrong format in ${token}`,
  );
}

const INT32_MAX = 2 ** 31 - 1;

/** Checks how many there are, so that none is ignored. */
function expectArguments({ texts, token }: Call, count: number): void {
  if (texts.length < count) {
    throw new TransformError(`invalid mapping destination: not enough arguments passed to the function in ${token}`);
  }
  if (texts.length > count) {
    throw new TransformError(`invalid mapping destination: too many arguments passed to the function in ${token}`);
  }
}

const wildcard =
  (index: number): Part =>
  (wildcards) =>
    wildcards[index];

/** A function of one wildcard and a number. */
const cutting =
  (cut: (text: string, size: number) => string) =>
  (call: Call): Part => {
    expectArguments(call, 2);
    const index = numberIn(integer(call, 0), call.stars, call.token);
    const size = integer(call, 1);
    return (wildcards) => {
      const text = wildcards[index];
      return size > 0 && size < text.length ? cut(text, size) : text;
    };
  };

const FUNCTIONS: Record<string, (call: Call) => Part> = {
  wildcard: (call) => {
    expectArguments(call, 1);
    return wildcard(numberIn(integer(call, 0), call.stars, call.token));
  },
  partition: (call) => {
    const buckets = integer(call, 0);
    const indexes = call.texts.slice(1).map((_, i) => numberIn(integer(call, i + 1), call.stars, call.token));
    return (wildcards, subject) => {
      const key = indexes.length === 0 ? subject : indexes.map((index) => wildcards[index]).join('');
      return String(buckets === 0 ? 0 : fnv1a(key) % buckets);
    };
  },
  random: (call) => {
    expectArguments(call, 1);
    const buckets = integer(call, 0);
    return (_wildcards, _subject, draw) => String(Math.floor(draw() * buckets));
  },
  split: (call) => {
    expectArguments(call, 2);
    const index = numberIn(integer(call, 0), call.stars, call.token);
    const delimiter = call.texts[1];
    if (delimiter === '' || delimiter.includes(' ') || delimiter.includes('.')) {
      throw new TransformError(
        `invalid mapping destination: function argument is invalid or in the wrong format in ${call.token}`,
      );
    }
    return (wildcards) =>
      wildcards[index]
        .split(delimiter)
        .filter((part) => part !== '')
        .join('.');
  },
  splitfromleft: cutting((text, size) => `${text.slice(0, size)}.${text.slice(size)}`),
  splitfromright: cutting((text, size) => `${text.slice(0, -size)}.${text.slice(-size)}`),
  slicefromleft: cutting((text, size) => slices(text, size, 0).join('.')),
  slicefromright: cutting((text, size) => slices(text, size, text.length % size).join('.')),
  left: cutting((text, size) => text.slice(0, size)),
  right: cutting((text, size) => text.slice(-size)),
};

/** Slices of a size, after a first one of `first`. */
function slices(text: string, size: number, first: number): string[] {
  const result = first > 0 ? [text.slice(0, first)] : [];
  for (let at = first; at < text.length; at += size) result.push(text.slice(at, at + size));
  return result;
}

/** 32-bit FNV-1a over the subject's bytes. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function restOf(subject: string, index: number): string {
  let at = 0;
  for (let i = 0; i < index; i++) at = subject.indexOf('.', at) + 1;
  return subject.slice(at);
}

/** Whether everything that `inner` matches is matched by `outer` too. */
export function isSubset(inner: string, outer: string): boolean {
  const a = inner.split('.');
  const b = outer.split('.');
  for (let i = 0; i < b.length; i++) {
    if (b[i] === '>' && i === b.length - 1) return a.length > i;
    if (i >= a.length || (a[i] === '>' && i === a.length - 1)) return false;
    if (b[i] !== '*' && a[i] !== b[i]) return false;
  }
  return a.length === b.length;
}

/** Whether some subject is matched by both. */
export function overlaps(one: string, other: string): boolean {
  if (!hasWildcard(one) && !hasWildcard(other)) return one === other;
  const a = one.split('.');
  const b = other.split('.');
  for (let i = 0; ; i++) {
    if (i === a.length || i === b.length) return a.length === b.length;
    if ((a[i] === '>' && i === a.length - 1) || (b[i] === '>' && i === b.length - 1)) return true;
    if (a[i] !== b[i] && a[i] !== '*' && b[i] !== '*') return false;
  }
}
