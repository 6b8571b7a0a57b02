/** `type` in capitals; `value` without escapes. */
interface Attribute {
  type: string;
  value: string;
}

/** A name's parts, each of one attribute or, rarely, of several. */
export type DistinguishedName = readonly (readonly Attribute[])[];

/** The order that Go writes a name in, and so nats-server. It leaves out what is not among these. */
const WRITTEN = ['SERIALNUMBER', 'CN', 'POSTALCODE', 'STREET', 'ST', 'L', 'OU', 'O', 'C'];

/**
 * Reads `CN=a,OU=b` as RFC 2253 has it: backslashes escape, `+` joins attributes, blanks around a part are none of it.
 * Undefined when it is no such name.
 */
export function readDistinguishedName(text: string): DistinguishedName | undefined {
  const name: Attribute[][] = [];
  for (const part of split(text, ',')) {
    const attributes: Attribute[] = [];
    for (const one of split(part, '+')) {
      const equals = one.indexOf('=');
      const type = one.slice(0, Math.max(0, equals)).trim().toUpperCase();
      if (!/^[A-Z][A-Z0-9-]*$|^\d+(\.\d+)*$/.test(type)) return undefined;
      attributes.push({ type, value: unescaped(one.slice(equals + 1)) });
    }
    name.push(attributes);
  }
  return name;
}

/** Equal for two names that have the same parts, in whichever order. */
export function anyOrder(name: DistinguishedName): string {
  return JSON.stringify(name.map((part) => JSON.stringify(part.map(({ type, value }) => [type, value]).sort())).sort());
}

/** As nats-server writes a certificate's subject, the last part first: `CN=a,OU=b+OU=c`. */
export function goForm(name: DistinguishedName): string {
  const attributes = [...name].reverse().flat();
  const parts = WRITTEN.map((type) =>
    attributes
      .filter((one) => one.type === type)
      .map(writeAttribute)
      .join('+'),
  );
  return parts.filter((part) => part !== '').join(',');
}

function writeAttribute({ type, value }: Attribute): string {
  // RFC 2253 §2.4
  return `${type}=${value.replace(/[,+"\\<>;]|^[ #]| $/g, '\\$&')}`;
}

/** At separators that are not escaped. */
function split(text: string, separator: ',' | '+'): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === separator) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** A backslash stands before two hexadecimal digits of a byte, or before the character that it escapes. */
function unescaped(text: string): string {
  const trimmed = text.replace(/^ +/, '').replace(/((?:\\.|[^\\ ])) +$/, '$1');
  return trimmed.replace(/(?:\\[0-9a-fA-F]{2})+|\\(.)/g, (escaped, one?: string) =>
    one === undefined ? Buffer.from(escaped.replaceAll('\\', ''), 'hex').toString() : one,
  );
}
