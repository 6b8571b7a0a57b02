import { JwtError } from './errors.ts';

/**
 * A part of a claim: how it is read and written. What is absent or null has its zero value, and a zero value is not
 * written, as in the JSON of Go, in which NATS's JWTs are defined.
 */
export interface Shape<T> {
  /** @throws JwtError `malformed` */
  read(value: unknown, path: string): T;
  /** JSON; undefined leaves it out. */
  write(value: T): unknown;
  zero(): T;
}

export type Of<S> = S extends Shape<infer T> ? T : never;

type Fields = Record<string, Shape<unknown>>;
type RecordOf<F> = { [K in keyof F]: Of<F[K]> };

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

function malformed(path: string, expected: string): never {
  throw new JwtError('malformed', `${path === '' ? 'claims' : path}: expected ${expected}`);
}

function scalar<T>(zero: T, expected: string, is: (value: unknown) => value is T): Shape<T> {
  return {
    read: (value, path) => (isAbsent(value) ? zero : is(value) ? value : malformed(path, expected)),
    write: (value) => (value === zero ? undefined : value),
    zero: () => zero,
  };
}

export const text: Shape<string> = scalar('', 'a string', (value) => typeof value === 'string');
export const flag: Shape<boolean> = scalar(false, 'a boolean', (value) => typeof value === 'boolean');
export const integer: Shape<number> = scalar(0, 'an integer', (value): value is number => Number.isInteger(value));

/** @param zero what an absent one means; 0 is what is not written all the same. */
export function integerOr(zero: number): Shape<number> {
  return { ...integer, read: (value, path) => (isAbsent(value) ? zero : integer.read(value, path)), zero: () => zero };
}

/** A text that is one of a few. */
export function oneOf<T extends string>(...choices: T[]): Shape<T | ''> {
  return {
    read: (value, path) => {
      const read = text.read(value, path);
      return read === '' || choices.includes(read as T) ? (read as T | '') : malformed(path, choices.join(' or '));
    },
    write: text.write as (value: T | '') => unknown,
    zero: () => '',
  };
}

export function list<T>(item: Shape<T>): Shape<T[]> {
  return {
    read: (value, path) => {
      if (isAbsent(value)) return [];
      if (!Array.isArray(value)) malformed(path, 'a list');
      return value.map((entry, i) =>
        entry === null ? malformed(`${path}[${i}]`, 'no null') : item.read(entry, `${path}[${i}]`),
      );
    },
    write: (value) => (value.length === 0 ? undefined : value.map((entry) => item.write(entry) ?? entry)),
    zero: () => [],
  };
}

/** Keys are anybody's choice, hence a Map. Written in the order of their names. */
export function map<T>(item: Shape<T>): Shape<Map<string, T>> {
  return {
    read: (value, path) => {
      if (isAbsent(value)) return new Map();
      const entries = Object.entries(object(value, path));
      return new Map(entries.map(([key, entry]) => [key, item.read(entry, `${path}.${key}`)]));
    },
    write: (value) => {
      if (value.size === 0) return undefined;
      const sorted = [...value].sort(([a], [b]) => (a < b ? -1 : 1));
      return Object.fromEntries(sorted.map(([key, entry]) => [key, item.write(entry) ?? entry]));
    },
    zero: () => new Map(),
  };
}

/** Fields are found whatever their case, and foreign ones passed over, as Go's JSON decoder does. Always written. */
export function record<F extends Fields>(fields: F): Shape<RecordOf<F>> {
  const names = Object.keys(fields);
  const of = (name: string): Shape<unknown> => fields[name];
  const build = (value: (name: string) => unknown): RecordOf<F> =>
    Object.fromEntries(names.map((name) => [name, value(name)])) as RecordOf<F>;
  return {
    read: (value, path) => {
      const given = new Map<string, unknown>();
      if (!isAbsent(value)) {
        for (const [key, entry] of Object.entries(object(value, path))) given.set(key.toLowerCase(), entry);
      }
      return build((name) => of(name).read(given.get(name), path === '' ? name : `${path}.${name}`));
    },
    write: (value) => {
      const json: Record<string, unknown> = {};
      for (const name of names) {
        const written = of(name).write((value as Record<string, unknown>)[name]);
        if (written !== undefined) json[name] = written;
      }
      return json;
    },
    zero: () => build((name) => of(name).zero()),
  };
}

export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return {
    read: (value, path) => (isAbsent(value) ? undefined : shape.read(value, path)),
    write: (value) => (value === undefined ? undefined : shape.write(value)),
    zero: () => undefined,
  };
}

/** Written even when it is zero. */
export function always<T>(shape: Shape<T>): Shape<T> {
  return { ...shape, write: (value) => shape.write(value) ?? value };
}

function object(value: unknown, path: string): object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : malformed(path, 'an object');
}
