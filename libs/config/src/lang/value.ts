/** Where a value was written. Columns count bytes: from 0 on a file's first line, from 1 on the others, as nats-server's do. */
export interface Position {
  file: string;
  line: number;
  column: number;
}

/** The type of a value, by the name that nats-server's messages give it. */
export type GoType =
  | 'string'
  | 'int64'
  | 'float64'
  | 'bool'
  | 'time.Time'
  | '[]interface {}'
  | 'map[string]interface {}';

interface Base {
  /** Of the key when the value belongs to a map, else of the value. */
  at: Position;
  /** A variable reads this value, so its key may be one that the server does not know. */
  referenced: boolean;
}

interface StringValue extends Base {
  type: 'string';
  value: string;
}
interface IntegerValue extends Base {
  type: 'int64';
  value: bigint;
}
interface FloatValue extends Base {
  type: 'float64';
  value: number;
}
interface BooleanValue extends Base {
  type: 'bool';
  value: boolean;
}
interface DatetimeValue extends Base {
  type: 'time.Time';
  /** As written: `YYYY-MM-DDThh:mm:ssZ`. */
  value: string;
}
interface ArrayValue extends Base {
  type: '[]interface {}';
  value: Value[];
}
export interface MapValue extends Base {
  type: 'map[string]interface {}';
  value: Map<string, Value>;
}

export type Value = StringValue | IntegerValue | FloatValue | BooleanValue | DatetimeValue | ArrayValue | MapValue;

export type Scalar = Pick<Exclude<Value, ArrayValue | MapValue>, 'type' | 'value'>;

/** What a value means without its positions, for tests and tools; integers beyond 2^53 stay bigints. */
export type Plain = string | number | bigint | boolean | Plain[] | { [key: string]: Plain };

export function toPlain(value: Value): Plain {
  switch (value.type) {
    case 'int64':
      return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : value.value;
    case '[]interface {}':
      return value.value.map(toPlain);
    case 'map[string]interface {}':
      return Object.fromEntries([...value.value].map(([key, entry]) => [key, toPlain(entry)]));
    default:
      return value.value;
  }
}
