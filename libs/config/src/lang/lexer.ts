import { ConfigError } from '../error.ts';
import type { Position, Scalar } from './value.ts';

/** What `peek` gives at the end of the text; messages show it as nats-server does, as a NUL. */
const END = '\0';

const SUFFIXES: Record<string, bigint> = {};
for (const [power, letter] of [...'kmgtpe'].entries()) {
  const exponent = BigInt(power + 1);
  SUFFIXES[letter] = 1000n ** exponent;
  for (const ending of ['b', 'i', 'ib']) SUFFIXES[letter + ending] = 1024n ** exponent;
}

const BOOLEANS: Record<string, boolean> = { true: true, on: true, yes: true, false: false, off: false, no: false };
const ESCAPES: Record<string, string> = { t: '\t', n: '\n', r: '\r', '"': '"', '\\': '\\' };
const MAP_KEY_CUT_OFF: Record<string, string> = {
  '"': 'Unexpected EOF processing double quoted map key.',
  "'": 'Unexpected EOF processing quoted map key.',
};
const INT64_MAX = 2n ** 63n - 1n;
const DATETIME_PATTERN = '0000-00-00T00:00:00Z';

export const isSpace = (char: string): boolean => char === ' ' || char === '\t';
export const isNewline = (char: string): boolean => char === '\n' || char === '\r';
const isDigit = (char: string): boolean => char >= '0' && char <= '9';
const endsNumber = (char: string): boolean => char === END || isSpace(char) || isNewline(char) || ',;}'.includes(char);
const endsString = (char: string): boolean => endsNumber(char) || char === ']' || char === "'";

interface Reference {
  type: 'reference';
  name: string;
}

/** The characters of one configuration text and the words they form. */
export class Lexer {
  readonly file: string;
  #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.file = file;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  peek(): string {
    return this.atEnd ? END : String.fromCodePoint(this.#text.codePointAt(this.#at) as number);
  }

  next(): string {
    const char = this.peek();
    if (this.atEnd) return char;
    if (char === '\n') {
      this.#line++;
      this.#lineStart = this.#at;
    }
    this.#at += char.length;
    return char;
  }

  /** True when `char` comes next and then nothing but blanks. */
  endsAfter(char: string): boolean {
    return this.peek() === char && /^\s*$/.test(this.#text.slice(this.#at + 1));
  }

  take(char: string): boolean {
    if (this.atEnd || this.peek() !== char) return false;
    this.next();
    return true;
  }

  position(): Position {
    const column = Buffer.byteLength(this.#text.slice(this.#lineStart, this.#at));
    return { file: this.file, line: this.#line, column };
  }

  fail(message: string): never {
    throw new ConfigError(`Parse error on line ${this.#line}: '${message}'`);
  }

  skipSpaces(): void {
    while (isSpace(this.peek())) this.next();
  }

  skipBlank(): void {
    while (isSpace(this.peek()) || isNewline(this.peek())) this.next();
  }

  /** Blanks and comments, up to something that means something. */
  skipFiller(): void {
    for (;;) {
      this.skipBlank();
      if (!this.skipComment()) return;
    }
  }

  /** From `#` or `//` up to the end of the line. */
  skipComment(): boolean {
    if (this.peek() === '#') this.next();
    else if (this.#text.startsWith('//', this.#at)) this.next();
    else return false;
    while (!this.atEnd && !isNewline(this.peek())) this.next();
    return true;
  }

  key(inMap: boolean): { name: string; at: Position; quoted: boolean } {
    const quote = this.peek();
    if (quote === '"' || quote === "'") {
      this.next();
      const at = this.position();
      let name = '';
      while (!this.take(quote)) {
        if (this.atEnd) this.fail(inMap ? MAP_KEY_CUT_OFF[quote] : 'Unexpected EOF.');
        name += this.next();
      }
      return { name, at, quoted: true };
    }
    const at = this.position();
    let name = '';
    while (!this.atEnd && !isSpace(this.peek()) && !isNewline(this.peek()) && !':='.includes(this.peek())) {
      name += this.next();
    }
    return { name, at, quoted: false };
  }

  /** The file of an `include`, quoted or up to a blank. */
  includePath(): string {
    this.skipSpaces();
    if (this.take("'")) return this.#singleQuoted();
    if (this.take('"')) return this.#escaped((char) => char === '"', true);
    let path = '';
    while (!endsNumber(this.peek()) || this.peek() === ',') path += this.next();
    return path;
  }

  /** Anything but an array or a map. */
  scalar(): Scalar | Reference {
    const char = this.peek();
    if (char === "'") {
      this.next();
      return { type: 'string', value: this.#singleQuoted() };
    }
    if (char === '"') {
      this.next();
      return { type: 'string', value: this.#escaped((end) => end === '"', true) };
    }
    if (char === '(') {
      this.next();
      return { type: 'string', value: this.#block() };
    }
    if (char === '-' || isDigit(char)) return this.#number();
    if (char === '.') this.fail('Floats must start with a digit');
    return this.#bare('');
  }

  #singleQuoted(): string {
    let value = '';
    while (!this.take("'")) {
      if (this.atEnd) this.fail('Unexpected EOF.');
      value += this.next();
    }
    return value;
  }

  /** Text with escapes up to `isEnd`, which is left unread unless the text is quoted. */
  #escaped(isEnd: (char: string) => boolean, quoted: boolean): string {
    let value = '';
    let bytes: number[] = [];
    for (;;) {
      if (quoted && this.atEnd) this.fail('Unexpected EOF.');
      const char = this.peek();
      const end = isEnd(char);
      if (char === '\\' && !end) {
        this.next();
        const escaped = this.next();
        if (escaped === 'x') {
          bytes.push(this.#hexByte());
          continue;
        }
        value += utf8(bytes) + this.#escape(escaped);
      } else {
        value += utf8(bytes);
        if (end) {
          if (quoted) this.next();
          return value;
        }
        value += this.next();
      }
      bytes = [];
    }
  }

  #escape(char: string): string {
    const meant = ESCAPES[char];
    if (meant !== undefined) return meant;
    return this.fail(
      `Invalid escape character '${shown(char)}'. Only the following escape characters are allowed: \\xXX, \\t, \\n, \\r, \\", \\\\.`,
    );
  }

  #hexByte(): number {
    const digits = this.next() + this.next();
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) {
      this.fail(`Expected two hexadecimal digits after '\\x', but got '${digits}'`);
    }
    return Number.parseInt(digits, 16);
  }

  /** Up to a `)` that is alone at the start of its line. The line feed before it belongs to the text. */
  #block(): string {
    let value = '';
    for (;;) {
      if (this.atEnd) this.fail('Unexpected EOF processing block.');
      const char = this.next();
      if (char === ')' && value.endsWith('\n') && (this.atEnd || isNewline(this.peek()))) return value;
      value += char;
    }
  }

  #bare(start: string): Scalar | Reference {
    const text = start + this.#escaped(endsString, false);
    // What stands between a bare word and a quote is not checked by nats-server either: the quote ends the word.
    this.take("'");
    if (text.startsWith('$') && !text.startsWith('$2a$')) return { type: 'reference', name: text.slice(1) };
    const truth = BOOLEANS[text.toLowerCase()];
    return truth === undefined ? { type: 'string', value: text } : { type: 'bool', value: truth };
  }

  #number(): Scalar | Reference {
    const negative = this.take('-');
    if (!isDigit(this.peek())) this.fail(`Expected a digit but got '${shown(this.next())}'.`);
    const digits = (negative ? '-' : '') + this.#digits();
    const after = this.peek();
    if (after === '-' && !negative) return this.#datetime(digits);
    if (after === '.') return this.#float(digits, negative);
    const suffix = this.#suffix();
    if (suffix === '' && !endsNumber(after))
      return negative ? this.#integer(digits, '') : this.#bare(digits + this.next());
    if (!endsNumber(this.peek()) && !negative) return this.#bare(digits + suffix);
    return this.#integer(digits, suffix);
  }

  #digits(): string {
    let digits = '';
    while (isDigit(this.peek())) digits += this.next();
    return digits;
  }

  #suffix(): string {
    let suffix = '';
    if ('kmgtpe'.includes(this.peek().toLowerCase())) {
      suffix += this.next();
      if ('iI'.includes(this.peek())) suffix += this.next();
      if ('bB'.includes(this.peek())) suffix += this.next();
    }
    return suffix;
  }

  #integer(digits: string, suffix: string): Scalar {
    const count = BigInt(digits);
    if (count > INT64_MAX || count < -INT64_MAX - 1n) throw new ConfigError(`integer '${digits}' is out of the range`);
    return { type: 'int64', value: BigInt.asIntN(64, count * (SUFFIXES[suffix.toLowerCase()] ?? 1n)) };
  }

  #float(whole: string, negative: boolean): Scalar | Reference {
    this.next();
    if (!isDigit(this.peek())) this.fail(`Floats must have a digit after the '.', but got '${this.peek()}' instead.`);
    const text = `${whole}.${this.#digits()}`;
    // Another dot makes it an address: 127.0.0.1
    if (this.peek() === '.' && !negative) return this.#bare(text);
    return { type: 'float64', value: Number(text) };
  }

  #datetime(year: string): Scalar {
    if (year.length !== 4) this.fail('All ISO8601 dates must be in full Zulu form.');
    let text = year;
    for (const expected of DATETIME_PATTERN.slice(4)) {
      const char = this.peek();
      const fits = expected === '0' ? isDigit(char) : char === expected;
      if (!fits) {
        const wanted = expected === '0' ? 'digit' : `'${expected}'`;
        this.fail(`Expected ${wanted} in ISO8601 datetime, but found '${char}' instead.`);
      }
      text += this.next();
    }
    if (Number.isNaN(Date.parse(text))) throw new ConfigError(`expected Zulu formatted DateTime, but got '${text}'`);
    return { type: 'time.Time', value: text };
  }
}

function utf8(bytes: number[]): string {
  return bytes.length === 0 ? '' : Buffer.from(bytes).toString('utf8');
}

/** A character as messages show it. */
function shown(char: string): string {
  return char === '\n' ? '\\n' : char;
}
