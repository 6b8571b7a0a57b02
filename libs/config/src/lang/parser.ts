import { dirname, join } from 'node:path';
import { ConfigError } from '../error.ts';
import { isNewline, isSpace, Lexer } from './lexer.ts';
import type { MapValue, Position, Value } from './value.ts';

/** What the language reads from outside. */
export interface Surroundings {
  /** The text of a file; its exceptions are node:fs's. Relative names mean the working folder. */
  readFile(path: string): string;
  env: Record<string, string | undefined>;
}

/** Includes, maps and arrays within each other; deeper is a mistake (an include of itself), not a configuration. */
const NESTING_MAX = 100;

/**
 * Parses a configuration text into a map whose values know where they were written.
 * Throws ConfigError with nats-server's text.
 */
export function parseText(text: string, file: string, surroundings: Surroundings): MapValue {
  return new Parser(surroundings, new Set()).document(text, file);
}

/** `parseText` of a file. */
export function parseFile(path: string, surroundings: Surroundings): MapValue {
  return parseText(readText(path, surroundings), path, surroundings);
}

function readText(path: string, surroundings: Surroundings): string {
  try {
    return surroundings.readFile(path);
  } catch (error) {
    throw new ConfigError(openFailure(error, path));
  }
}

/** An error of node:fs in nats-server's words. */
export function openFailure(error: unknown, path: string): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT') return `open ${path}: no such file or directory`;
  if (code === 'EACCES') return `open ${path}: permission denied`;
  if (code === 'EISDIR') return `read ${path}: is a directory`;
  if (code === 'ENOTDIR') return `open ${path}: not a directory`;
  return `open ${path}: ${error instanceof Error ? error.message : String(error)}`;
}

class Parser {
  #surroundings: Surroundings;
  /** Environment variables whose text is being parsed, to see one that refers to itself. */
  #environmentInUse: Set<string>;
  /** The maps that surround the current value, outermost first: where variables are looked up. */
  #scopes: Map<string, Value>[] = [];
  #depth: number;

  constructor(surroundings: Surroundings, environmentInUse: Set<string>, depth = 0) {
    this.#surroundings = surroundings;
    this.#depth = depth;
    this.#environmentInUse = environmentInUse;
  }

  document(text: string, file: string): MapValue {
    const entries = new Map<string, Value>();
    this.#scopes = [entries];
    this.#topLevel(new Lexer(text, file), entries);
    return { type: 'map[string]interface {}', value: entries, at: { file, line: 1, column: 0 }, referenced: false };
  }

  /** Keys and values up to the end of the text; braces around all of them, as in JSON, may stand anywhere. */
  #topLevel(lexer: Lexer, into: Map<string, Value>): void {
    let blocks = 0;
    for (;;) {
      lexer.skipFiller();
      if (lexer.atEnd) return;
      if (lexer.take('{')) {
        blocks++;
        continue;
      }
      // One closing brace too many at the end of a file is forgiven; elsewhere it is (the start of) a key.
      if ((blocks > 0 || lexer.endsAfter('}')) && lexer.take('}')) {
        blocks--;
        continue;
      }
      this.#entry(lexer, into, false);
      lexer.skipSpaces();
      const level = blocks > 0 ? 'block-level' : 'top-level';
      if (lexer.take(',') || lexer.take(';') || lexer.skipComment() || isNewline(lexer.peek())) continue;
      if (lexer.take('}')) {
        blocks = Math.max(0, blocks - 1);
        continue;
      }
      if (lexer.atEnd && blocks === 0) return;
      lexer.fail(
        `Expected a ${level} value to end with a new line, comment or EOF, but got '${lexer.peek()}' instead.`,
      );
    }
  }

  #map(lexer: Lexer, into: Map<string, Value>): void {
    lexer.next();
    this.#scopes.push(into);
    for (;;) {
      lexer.skipFiller();
      if (lexer.atEnd) lexer.fail('Unexpected EOF processing map.');
      if (lexer.take('}')) break;
      if (lexer.peek() === ']') lexer.fail("Unexpected array end ']' processing map.");
      this.#entry(lexer, into, true);
      lexer.skipSpaces();
      if (lexer.take(',') || lexer.take(';') || lexer.skipComment()) continue;
      if (lexer.peek() === '}' || isNewline(lexer.peek())) continue;
      lexer.fail(`Expected a map value terminator "," or a map terminator "}", but got '${lexer.peek()}' instead.`);
    }
    this.#scopes.pop();
  }

  #array(lexer: Lexer): Value[] {
    const items: Value[] = [];
    lexer.next();
    for (;;) {
      lexer.skipFiller();
      if (lexer.take(']')) return items;
      if (lexer.peek() === ',') lexer.fail("Unexpected array value terminator ','.");
      if (!lexer.atEnd) items.push(this.#item(lexer));
      lexer.skipSpaces();
      if (lexer.take(',') || lexer.skipComment()) continue;
      if (lexer.peek() === ']' || isNewline(lexer.peek())) continue;
      lexer.fail(
        `Expected an array value terminator "," or an array terminator "]", but got '${lexer.peek()}' instead.`,
      );
    }
  }

  /** An item's position is, as nats-server's, behind an opening quote, and behind the whole of a map or an array. */
  #item(lexer: Lexer): Value {
    const at = lexer.position();
    const quoted = lexer.peek() === '"' || lexer.peek() === "'";
    const item = this.#value(lexer, quoted ? { ...at, column: at.column + 1 } : at);
    if (typeof item.value === 'object') item.at = lexer.position();
    return item;
  }

  #entry(lexer: Lexer, into: Map<string, Value>, inMap: boolean): void {
    const first = lexer.peek();
    if (first === ':' || first === '=') lexer.fail(`Unexpected key separator '${first}'${inMap ? '.' : ''}`);
    const { name, at, quoted } = lexer.key(inMap);
    if (lexer.atEnd && inMap && !quoted) lexer.fail('Unexpected EOF processing map key.');
    if (!quoted && name.toLowerCase() === 'include' && isSpace(lexer.peek())) {
      this.#include(lexer, into);
      return;
    }
    lexer.skipBlank();
    if (lexer.take(':') || lexer.take('=')) this.#skipToValue(lexer, inMap);
    else if (lexer.atEnd && !inMap) {
      const end = lexer.position();
      throw new ConfigError(`config is invalid (${end.file}:${end.line}:${end.column})`);
    }
    if (inMap && lexer.peek() === ',') lexer.fail('Unexpected map value terminator ",".');
    const value = this.#value(lexer, at);
    // A key that is given again takes the place of its last mention, so that errors come in the order of the text.
    into.delete(name);
    into.set(name, value);
  }

  /** A map's value may stand on the line after its separator, one at the top level may not. */
  #skipToValue(lexer: Lexer, inMap: boolean): void {
    if (inMap) {
      lexer.skipBlank();
      return;
    }
    lexer.skipSpaces();
    if (!isNewline(lexer.peek())) return;
    lexer.next();
    lexer.fail('Expected value but found new line');
  }

  #value(lexer: Lexer, at: Position): Value {
    if (++this.#depth > NESTING_MAX) throw new ConfigError(`${lexer.file}:${at.line}:${at.column}: nested too deeply`);
    const value = this.#valueWithin(lexer, at);
    this.#depth--;
    return value;
  }

  #valueWithin(lexer: Lexer, at: Position): Value {
    if (lexer.peek() === '{') {
      const entries = new Map<string, Value>();
      this.#map(lexer, entries);
      return { type: 'map[string]interface {}', value: entries, at, referenced: false };
    }
    if (lexer.peek() === '[') return { type: '[]interface {}', value: this.#array(lexer), at, referenced: false };
    const { line } = lexer.position();
    const scalar = lexer.scalar();
    if (scalar.type === 'reference') return { ...this.#resolve(scalar.name, { ...at, line }), at, referenced: false };
    return { ...scalar, at, referenced: false } as Value;
  }

  #include(lexer: Lexer, into: Map<string, Value>): void {
    const at = lexer.position();
    const name = lexer.includePath();
    const path = join(dirname(lexer.file), name);
    try {
      if (++this.#depth > NESTING_MAX) throw new ConfigError(`${at.file}:${at.line}:${at.column}: nested too deeply`);
      // An included file sees no variable of the file that includes it, which sees all of the included one's.
      const parser = new Parser(this.#surroundings, this.#environmentInUse, this.#depth);
      const included = parser.document(readText(path, this.#surroundings), path);
      this.#depth--;
      for (const [key, value] of included.value) {
        into.delete(key);
        into.set(key, value);
      }
    } catch (error) {
      throw new ConfigError(`error parsing include file '${name}', ${(error as Error).message}`);
    }
  }

  #resolve(name: string, at: Position): Value {
    for (let index = this.#scopes.length - 1; index >= 0; index--) {
      const value = this.#scopes[index].get(name);
      if (value !== undefined) {
        value.referenced = true;
        return value;
      }
    }
    const text = this.#surroundings.env[name];
    if (text === undefined) {
      throw new ConfigError(`variable reference for '${name}' on line ${at.line} can not be found`);
    }
    return this.#fromEnvironment(name, text, at);
  }

  /** The text of an environment variable is configuration too: it may be a number, a map, a reference. */
  #fromEnvironment(name: string, text: string, at: Position): Value {
    try {
      if (this.#environmentInUse.has(name)) throw new ConfigError(`variable reference cycle for '${name}'`);
      const parser = new Parser(this.#surroundings, new Set(this.#environmentInUse).add(name));
      const parsed = parser.document(`${name}=${text}`, at.file).value.get(name);
      if (parsed === undefined) throw new ConfigError(`'${name}' has no value`);
      return parsed;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new ConfigError(
        `variable reference for '${name}' on line ${at.line} could not be parsed: ${error.message}`,
      );
    }
  }
}
