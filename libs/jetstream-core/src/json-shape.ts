/** How a value in a request has to look; the words of errors are nats-server's. */
export type Shape =
  | {
      kind:
        | 'string'
        | 'boolean'
        | 'int'
        | 'integer'
        | 'duration'
        | 'durations'
        | 'unsigned'
        | 'time'
        | 'strings'
        | 'words';
    }
  /** One of some words. `says`: the error for others, where it is not the usual one; the word follows where it ends in a blank. */
  | { kind: 'enum'; words: readonly string[]; says?: string }
  /** `path`: where Go's decoder says that its fields are, if not under the object. */
  | { kind: 'object'; type: string; fields: Readonly<Record<string, Shape>>; path?: string }
  | { kind: 'objects'; type: string; fields: Readonly<Record<string, Shape>> };

/** The value does not have the shape. */
export class ShapeError extends Error {}

const goTypes = {
  string: 'string',
  boolean: 'bool',
  int: 'int',
  integer: 'int64',
  unsigned: 'uint64',
  duration: 'time.Duration',
  time: 'time.Time',
  strings: 'string',
  words: 'map[string]string',
} as const;

/**
 * An object of a Go type, whose fields Go's decoder names under a path.
 *
 * @throws ShapeError with what Go's decoder says of such a value
 */
export function parseObject(
  text: string,
  type: string,
  fields: Readonly<Record<string, Shape>>,
  path: string,
): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ShapeError(syntaxError(text));
  }
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ShapeError(`json: cannot unmarshal ${nameOf(value)} into Go value of type server.${type}`);
  }
  return readFields(value as Record<string, unknown>, fields, path);
}

function readFields(
  value: Record<string, unknown>,
  fields: Readonly<Record<string, Shape>>,
  path: string,
): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [name, content] of Object.entries(value)) {
    const shape = fields[name];
    if (shape === undefined) throw new ShapeError(`json: unknown field "${name}"`);
    // As if it were not there.
    if (content === null) continue;
    read[name] = readValue(content, shape, `${path}.${name}`);
  }
  return read;
}

function readValue(value: unknown, shape: Shape, path: string): unknown {
  switch (shape.kind) {
    case 'enum':
      if (typeof value === 'string' && shape.words.includes(value)) return value;
      if (shape.says?.endsWith(' ')) throw new ShapeError(`${shape.says}${JSON.stringify(value)}`);
      throw new ShapeError(shape.says ?? `can not unmarshal ${JSON.stringify(JSON.stringify(value))}`);
    case 'object':
      if (typeof value !== 'object' || Array.isArray(value)) throw misfit(value, path, `server.${shape.type}`);
      return readFields(value as Record<string, unknown>, shape.fields, shape.path ?? path);
    case 'objects':
      if (!Array.isArray(value)) throw misfit(value, path, `[]*server.${shape.type}`);
      return value.map((one) => {
        if (typeof one !== 'object' || one === null || Array.isArray(one))
          throw misfit(one, path, `server.${shape.type}`);
        return readFields(one as Record<string, unknown>, shape.fields, path);
      });
    case 'strings':
      if (!Array.isArray(value)) throw misfit(value, path, '[]string');
      for (const one of value) if (typeof one !== 'string') throw misfit(one, path, 'string');
      return value;
    case 'durations':
      if (!Array.isArray(value)) throw misfit(value, path, '[]time.Duration');
      for (const one of value) if (!isScalar(one, 'duration')) throw misfit(one, path, goTypes.duration);
      return value;
    case 'words':
      if (typeof value !== 'object' || Array.isArray(value)) throw misfit(value, path, goTypes.words);
      for (const one of Object.values(value as object)) if (typeof one !== 'string') throw misfit(one, path, 'string');
      return value;
    default:
      if (shape.kind === 'time' && typeof value === 'string' && !isScalar(value, 'time')) throw noTime(value);
      if (!isScalar(value, shape.kind)) throw misfit(value, path, goTypes[shape.kind]);
      return value;
  }
}

function isScalar(value: unknown, kind: keyof typeof goTypes): boolean {
  if (kind === 'string') return typeof value === 'string';
  if (kind === 'boolean') return typeof value === 'boolean';
  if (kind === 'time') return typeof value === 'string' && !Number.isNaN(Date.parse(value));
  return typeof value === 'number' && Number.isInteger(value) && (kind !== 'unsigned' || value >= 0);
}

const noTime = (text: string): ShapeError =>
  new ShapeError(`parsing time "${text}" as "2006-01-02T15:04:05Z07:00": cannot parse "${text}" as "2006"`);

function misfit(value: unknown, path: string, goType: string): ShapeError {
  // What the number is, it says where a number is not out of place.
  const isOutOfPlace = goType === 'string' || goType === '[]time.Duration';
  const shown = typeof value === 'number' && !isOutOfPlace ? `number ${value}` : nameOf(value);
  return new ShapeError(`json: cannot unmarshal ${shown} into Go struct field ${path} of type ${goType}`);
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return value === null ? 'null' : typeof value;
}

/** Whether text that is no JSON ended before it could be. */
export const isTorn = (text: string): boolean => syntaxError(text) === 'unexpected EOF';

/** What Go's decoder says of text that is no JSON: that it ended too early, or which character does not belong. */
function syntaxError(text: string): string {
  const found = /^\s*([^\s"[{\-\dtfn])/.exec(text);
  let at = found === null ? -1 : found[0].length - 1;
  try {
    JSON.parse(text);
  } catch (error) {
    const position = /at position (\d+)/.exec((error as Error).message)?.[1];
    if (at < 0 && position !== undefined) at = Number(position);
  }
  const bad = text[at];
  if (bad === undefined) return 'unexpected EOF';
  return `invalid character '${bad}' looking for beginning of value at offset ${at + 1}`;
}
