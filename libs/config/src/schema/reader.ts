import { parseDuration } from '../duration.ts';
import { ConfigError } from '../error.ts';
import type { GoType, MapValue, Position, Value } from '../lang/value.ts';

/** What goes wrong while values become options: all of it is reported, not only the first. */
export class Problems {
  readonly errors: string[] = [];
  /** Uses that nats-server's `-t` refuses and a start accepts. */
  readonly strict: string[] = [];

  add(at: Position, text: string): void {
    this.errors.push(locate(at, text));
  }

  /** Runs something that stops at its first error, so that its neighbours are still read. */
  collect<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.errors.push(error.message);
      return undefined;
    }
  }

  addStrict(at: Position, text: string): void {
    this.strict.push(locate(at, text));
  }
}

function locate(at: Position, text: string): string {
  return `${at.file}:${at.line}:${at.column}: ${text}`;
}

/** Ends the reading of a top-level key with an error at `at`. */
export function failAt(at: Position, text: string): never {
  throw new ConfigError(locate(at, text));
}

/** Runs something that knows no positions, and gives its errors one. */
export function located<T>(at: Position, context: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof ConfigError) failAt(at, context + error.message);
    throw error;
  }
}

function expectType(value: Value, type: GoType): void {
  if (value.type !== type) {
    failAt(value.at, `interface conversion: interface {} is ${value.type}, not ${type}`);
  }
}

export function asString(value: Value): string {
  expectType(value, 'string');
  return value.value as string;
}

export function asBoolean(value: Value): boolean {
  expectType(value, 'bool');
  return value.value as boolean;
}

export function asInteger(value: Value): number {
  expectType(value, 'int64');
  return Number(value.value);
}

export function asArray(value: Value): Value[] {
  expectType(value, '[]interface {}');
  return value.value as Value[];
}

export function asMap(value: Value): MapValue {
  expectType(value, 'map[string]interface {}');
  return value as MapValue;
}

/** An integer whose Go field has 32 bits. */
export function asInt32(value: Value, key: string): number {
  const number = asInteger(value);
  if (number > 2 ** 31 - 1) failAt(value.at, `${key} value is too big`);
  return number;
}

/** Milliseconds of a duration in quotes, or of a bare number of seconds, which is the older way to write it. */
export function asDuration(value: Value, key: string, problems: Problems): number {
  if (value.type === 'string') return located(value.at, `error parsing ${key}: `, () => parseDuration(value.value));
  problems.addStrict(value.at, `invalid use of field "${key}": ${key} should be converted to a duration`);
  return asInteger(value) * 1000;
}

/** Milliseconds of the timeouts that were seconds (whole or not) before they were durations. */
export function asTimeout(value: Value, context: string): number {
  if (value.type === 'int64' || value.type === 'float64') return Number(value.value) * 1000;
  if (value.type === 'string') return located(value.at, `${context} `, () => parseDuration(value.value));
  return failAt(value.at, `${context} wrong type`);
}

/** One string, or several in an array. */
export function asStrings(value: Value, what: string): string[] {
  if (value.type === 'string') return [value.value];
  if (value.type !== '[]interface {}') return failAt(value.at, `error parsing ${what}: unsupported type ${value.type}`);
  return value.value.map((item) => {
    if (item.type === 'string') return item.value;
    return failAt(item.at, `error parsing ${what}: unsupported type in array ${item.type}`);
  });
}

export type KeyReader<Target> = (value: Value, target: Target, key: string, problems: Problems) => void;

/** The keys of a block, in lower case; those that mean the same share a reader. */
export type Keys<Target> = Map<string, KeyReader<Target>>;

export function keys<Target>(table: Record<string, KeyReader<Target>>): Keys<Target> {
  const result: Keys<Target> = new Map();
  for (const [names, reader] of Object.entries(table)) for (const name of names.split(' ')) result.set(name, reader);
  return result;
}

/** Reads a block's keys into `target`; keys that are not in the table are errors unless a variable reads them. */
export function readBlock<Target>(
  block: MapValue,
  table: Keys<Target>,
  target: Target,
  problems: Problems,
  unknown: (key: string) => string = (key) => `unknown field ${JSON.stringify(key)}`,
): void {
  for (const [name, value] of block.value) {
    const key = name.toLowerCase();
    const reader = table.get(key);
    if (reader !== undefined) reader(value, target, key, problems);
    else if (!value.referenced) problems.add(value.at, unknown(name));
  }
}
