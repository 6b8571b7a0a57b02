import type { MapValue, Value } from './value.ts';

/**
 * The text whose SHA-256 is the configuration's digest (`-t` prints it, `/varz` shows it): the parsed values as JSON
 * with sorted keys. Two files that mean the same have the same digest, here and in nats-server.
 */
export function digestText(config: MapValue): string {
  return `${encode(config)}\n`;
}

function encode(value: Value): string {
  switch (value.type) {
    case 'map[string]interface {}': {
      const keys = [...value.value.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      return `{${keys.map((key) => `${encodeString(key)}:${encode(value.value.get(key) as Value)}`).join(',')}}`;
    }
    case '[]interface {}':
      return `[${value.value.map(encode).join(',')}]`;
    case 'string':
    case 'time.Time':
      return encodeString(value.value);
    default:
      return String(value.value);
  }
}

/** Go's JSON, which the digest is made of, escapes five characters more. */
function encodeString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
