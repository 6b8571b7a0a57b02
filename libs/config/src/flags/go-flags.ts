import { ConfigError } from '../error.ts';

/** `optional`: a string, which needs not be there; only with `=`. */
export type FlagType = 'boolean' | 'integer' | 'string' | 'optional';
export type FlagValue = boolean | number | string;

export interface ParsedFlags {
  /** The flags that were given, by the name they were given. */
  given: Map<string, FlagValue>;
  /** What stands after the flags, from the first word that is none. */
  words: string[];
}

/**
 * Parses arguments as Go programs do: one dash or two, `-name value` or `-name=value`, booleans only with `=`.
 * Throws ConfigError with Go's text.
 */
export function parseGoFlags(argv: readonly string[], types: ReadonlyMap<string, FlagType>): ParsedFlags {
  const given = new Map<string, FlagValue>();
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index];
    if (!argument.startsWith('-') || argument === '-') return { given, words: argv.slice(index) };
    if (argument === '--') return { given, words: argv.slice(index + 1) };
    const body = argument.replace(/^--?/, '');
    if (/^[-=]/.test(body)) throw new ConfigError(`bad flag syntax: ${argument}`);
    const equals = body.indexOf('=');
    const name = equals < 0 ? body : body.slice(0, equals);
    const type = types.get(name);
    if (type === undefined) throw new ConfigError(`flag provided but not defined: -${name}`);
    if (equals >= 0) given.set(name, convert(name, type, body.slice(equals + 1)));
    else if (type === 'boolean') given.set(name, true);
    else if (type === 'optional') given.set(name, '');
    else {
      index++;
      if (index >= argv.length) throw new ConfigError(`flag needs an argument: -${name}`);
      given.set(name, convert(name, type, argv[index]));
    }
  }
  return { given, words: [] };
}

function convert(name: string, type: FlagType, text: string): FlagValue {
  if (type === 'string' || type === 'optional') return text;
  if (type === 'integer') return convertInteger(name, text);
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false;
  throw new ConfigError(`invalid boolean value ${JSON.stringify(text)} for -${name}: parse error`);
}

function convertInteger(name: string, text: string): number {
  const fail = (why: string): never => {
    throw new ConfigError(`invalid value ${JSON.stringify(text)} for flag -${name}: ${why}`);
  };
  const match = /^([-+]?)(0x[0-9a-f]+|0b[01]+|0o?[0-7]+|0|[1-9]\d*)$/i.exec(text.replace(/(?<=\w)_(?=\w)/g, ''));
  if (match === null) return fail('parse error');
  const digits = match[2].replace(/^0(?=\d)/, '0o');
  const number = match[1] === '-' ? -BigInt(digits) : BigInt(digits);
  if (BigInt.asIntN(64, number) !== number) fail('value out of range');
  return Number(number);
}
