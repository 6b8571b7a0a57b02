const CR = 13;
const COLON = 58;
const BLANK = 32;

/**
 * Goes through the lines of a message's header block (ADR-4) where they lie: no strings are made of what nobody asks for. Places are
 * offsets into the content, and hold for the line that `next` came to.
 */
export class HeaderLines {
  nameStart = 0;
  nameEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  readonly #content: Buffer;
  readonly #end: number;
  #at: number;

  /** @param start where the block begins */
  constructor(content: Buffer, start: number, headerBytes: number) {
    this.#content = content;
    this.#end = start + headerBytes;
    this.#at = lineEnd(content, start, this.#end) + 2;
  }

  /** False: there are no more with a name. */
  next(): boolean {
    const content = this.#content;
    const end = this.#end;
    while (this.#at < end - 2) {
      const start = this.#at;
      const lineEndsAt = lineEnd(content, start, end);
      if (lineEndsAt >= end) break;
      this.#at = lineEndsAt + 2;
      let colon = start;
      while (colon < lineEndsAt && content[colon] !== COLON) colon++;
      if (colon === lineEndsAt) continue;
      let from = colon + 1;
      while (from < lineEndsAt && content[from] === BLANK) from++;
      this.nameStart = start;
      this.nameEnd = colon;
      this.valueStart = from;
      this.valueEnd = lineEndsAt;
      return true;
    }
    return false;
  }

  /** One char a byte. */
  name(): string {
    return this.#content.toString('latin1', this.nameStart, this.nameEnd);
  }

  /** One char a byte, blanks before it left out. */
  value(): string {
    return this.#content.toString('latin1', this.valueStart, this.valueEnd);
  }

  get isEmpty(): boolean {
    return this.valueStart === this.valueEnd;
  }
}

/** Where the next CR is; the end without one. Lines are short: to call into the engine takes longer than to look. */
function lineEnd(content: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && content[at] !== CR) at++;
  return at;
}

/** Whether those bytes are that text, one char a byte. */
export function isText(text: string, content: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  // Names differ at their end.
  for (let i = text.length - 1; i >= 0; i--) if (text.charCodeAt(i) !== content[start + i]) return false;
  return true;
}

/** Which of some headers one is, without a string of its name. */
export class HeaderNames<T> {
  readonly #byLength: { readonly name: string; readonly value: T }[][] = [];

  constructor(names: ReadonlyMap<string, T>) {
    for (const [name, value] of names) {
      this.#byLength[name.length] ??= [];
      this.#byLength[name.length]?.push({ name, value });
    }
    // Holes would be looked for in the prototype.
    for (let i = 0; i < this.#byLength.length; i++) this.#byLength[i] ??= [];
  }

  find(content: Buffer, start: number, end: number): T | undefined {
    const known = this.#byLength[end - start];
    if (known === undefined) return undefined;
    for (let i = 0; i < known.length; i++) {
      const one = known[i] as { readonly name: string; readonly value: T };
      if (isText(one.name, content, start, end)) return one.value;
    }
    return undefined;
  }
}
