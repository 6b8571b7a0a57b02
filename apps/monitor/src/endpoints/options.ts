import { queryBoolean, queryInteger, queryUnsigned } from './query.ts';
import { QuestionError } from './question-error.ts';

/** The query of a request; of a name that is given twice, the first. */
export type Query = Readonly<Record<string, string>>;

interface Kinds {
  bool: boolean;
  int: number;
  uint64: number;
  string: string;
  strings: string[];
}

type Kind = keyof Kinds;

/** One option of a page, under its two names. */
export interface Field<K extends Kind = Kind> {
  readonly kind: K;
  /** Its name in the query of an HTTP request; absent: it cannot be given there. */
  readonly query?: string;
  /** Its name in the JSON body of a system service's request; upper and lower case are the same, as to nats-server. */
  readonly body: string;
  /** The type that nats-server's error names, where it is another than the kind. */
  readonly type?: string;
  /** Reads the query where its value is written in another way than the kind's. */
  readonly fromQuery?: (query: Query) => Kinds[K];
}

export type Fields = Readonly<Record<string, Field>>;

/** What a page is asked for; what was not given is false, 0 or empty. */
export type OptionsOf<F extends Fields> = { -readonly [Name in keyof F]: Kinds[F[Name]['kind']] };

export const NO_OPTIONS = {} satisfies Fields;

/** Throws `QuestionError` with nats-server's text. */
export function optionsFromQuery<F extends Fields>(fields: F, query: Query): OptionsOf<F> {
  return mapFields(fields, (field) => {
    if (field.fromQuery !== undefined) return field.fromQuery(query);
    if (field.query === undefined) return nothing(field.kind);
    switch (field.kind) {
      case 'bool':
        return queryBoolean(query, field.query);
      case 'int':
        return queryInteger(query, field.query, 0);
      case 'uint64':
        return queryUnsigned(query, field.query);
      default:
        return query[field.query] ?? '';
    }
  });
}

/**
 * From the JSON text of a system service's request, '' for none. Throws `QuestionError` with nats-server's text, which names the
 * structs of the options; names that are not known are ignored, null is as if it were not there.
 */
export function optionsFromBody<F extends Fields>(
  fields: F,
  [event, struct]: readonly [event: string, options: string],
  body: string,
): OptionsOf<F> {
  const given = parseBody(event, body);
  return mapFields(fields, (field) => {
    const value = given.get(field.body.toLowerCase());
    if (value === undefined || value === null) return nothing(field.kind);
    return checked(field, value, `${event}.${struct}.${field.body}`);
  });
}

function parseBody(event: string, body: string): Map<string, unknown> {
  if (body.trim() === '') return new Map();
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    throw new QuestionError((error as Error).message);
  }
  if (parsed === null) return new Map();
  if (typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw new QuestionError(`json: cannot unmarshal ${nameOf(parsed)} into Go value of type server.${event}`);
  }
  return new Map(Object.entries(parsed).map(([name, value]) => [name.toLowerCase(), value]));
}

function checked(field: Field, value: unknown, path: string): unknown {
  const { kind } = field;
  const refuse = (type: string, got: unknown = value): QuestionError =>
    new QuestionError(`json: cannot unmarshal ${nameOf(got)} into Go struct field ${path} of type ${type}`);
  if (kind === 'strings') {
    if (!Array.isArray(value)) throw refuse('[]string');
    const wrong = value.find((one) => typeof one !== 'string');
    if (wrong !== undefined) throw refuse('string', wrong);
    return value;
  }
  const type = field.type ?? kind;
  if (kind === 'bool' || kind === 'string') {
    if (typeof value !== (kind === 'bool' ? 'boolean' : kind)) throw refuse(type);
    return value;
  }
  if (typeof value !== 'number') throw refuse(type);
  const fits = Number.isSafeInteger(value) && (kind === 'int' || value >= 0);
  if (!fits) {
    throw new QuestionError(`json: cannot unmarshal number ${value} into Go struct field ${path} of type ${type}`);
  }
  return value;
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function nothing(kind: Kind): unknown {
  switch (kind) {
    case 'bool':
      return false;
    case 'string':
      return '';
    case 'strings':
      return [];
    default:
      return 0;
  }
}

function mapFields<F extends Fields>(fields: F, read: (field: Field) => unknown): OptionsOf<F> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, read(field)])) as OptionsOf<F>;
}

/** `subs` of several pages: true lists subscriptions, `detail` lists them with all they have. */
export const subscriptionFields = {
  subscriptions: {
    kind: 'bool',
    body: 'subscriptions',
    fromQuery: (query) => isDetail(query) || queryBoolean(query, 'subs'),
  },
  subscriptionsDetail: { kind: 'bool', body: 'subscriptions_detail', fromQuery: isDetail },
} as const satisfies Fields;

function isDetail({ subs }: Query): boolean {
  return subs?.toLowerCase() === 'detail';
}
