import { parseDuration } from '../duration.ts';
import { ConfigError } from '../error.ts';
import type { Position, Value } from '../lang/value.ts';
import type { Permissions, ResponsePermission, SubjectPermission } from '../options.ts';
import {
  asBoolean,
  asInteger,
  asMap,
  failAt,
  type KeyReader,
  keys,
  located,
  type Problems,
  readBlock,
} from './reader.ts';
import { showValue } from './show.ts';

const RESPONSE_MAX_DEFAULT = 1;
const RESPONSE_EXPIRES_DEFAULT_MS = 120_000;

type EntryReader = (entry: string) => string;

export function readPermissions(value: Value, problems: Problems): Permissions {
  if (value.type !== 'map[string]interface {}') {
    failAt(value.at, `Expected permissions to be a map/struct, got ${showValue(value)}`);
  }
  const permissions: Permissions = {};
  readBlock(asMap(value), PERMISSION_KEYS, permissions, problems, unknownField);
  // A right to answer is pointless where everything else may be published, so it forbids what is not allowed by name.
  if (permissions.responses !== undefined && permissions.publish?.allow === undefined)
    permissions.publish = { deny: ['>'] };
  return permissions;
}

const unknownField = (key: string): string => `Unknown field "${key}" parsing permissions`;

const subjects =
  (side: 'publish' | 'subscribe', entry: EntryReader): KeyReader<Permissions> =>
  (value, permissions, _key, problems) => {
    const read = problems.collect(() => readSubjects(value, entry, problems)) ?? {};
    if (read.allow !== undefined || read.deny !== undefined) permissions[side] = read;
  };

const PERMISSION_KEYS = keys<Permissions>({
  'publish pub import': subjects('publish', publishEntry),
  'subscribe sub export': subjects('subscribe', subscribeEntry),
  'allow_responses publish_allow_responses': (value, permissions, _key, problems) => {
    permissions.responses = readResponses(value, problems);
  },
});

function readSubjects(value: Value, entry: EntryReader, problems: Problems): SubjectPermission {
  if (value.type !== 'map[string]interface {}') {
    const allow = readSubjectList(value, entry);
    return allow.length > 0 ? { allow } : {};
  }
  const permission: SubjectPermission = {};
  for (const [name, list] of value.value) {
    const key = name.toLowerCase();
    if (key === 'allow' || key === 'deny') {
      const read = readSubjectList(list, entry, list.at);
      if (read.length > 0) permission[key] = read;
    } else if (!list.referenced) {
      problems.add(
        list.at,
        `Unknown field name "${name}" parsing subject permissions, only 'allow' or 'deny' are permitted`,
      );
    }
  }
  return permission;
}

function readSubjectList(value: Value, entry: EntryReader, at?: Position): string[] {
  if (value.type !== 'string' && value.type !== '[]interface {}') {
    const text = `Expected subject permissions to be a subject, or array of subjects, got ${value.type}`;
    if (at === undefined) throw new ConfigError(text);
    return failAt(at, text);
  }
  const items = value.type === 'string' ? [value] : value.value;
  const read = (item: Value): string => {
    if (item.type !== 'string') return failAt(item.at, 'Subject in permissions array cannot be cast to string');
    return entry(item.value);
  };
  return at === undefined ? items.map(read) : items.map((item) => locatedOnce(at, () => read(item)));
}

/** `located`, but an error that says already where it is stays as it is. */
function locatedOnce<T>(at: Position, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof ConfigError && !error.message.startsWith(`${at.file}:`)) failAt(at, error.message);
    throw error;
  }
}

function publishEntry(entry: string): string {
  if (!isSubject(entry)) throw new ConfigError(`subject ${JSON.stringify(entry)} is not a valid subject`);
  return entry;
}

function subscribeEntry(entry: string): string {
  const words = entry.split(/\s+/).filter((word) => word !== '');
  const [subject, queue] = words;
  if (words.length < 1 || words.length > 2 || !isSubject(subject)) {
    throw new ConfigError(`subject ${JSON.stringify(entry)} is not a valid subject`);
  }
  if (queue === undefined) return subject;
  if (!isSubject(queue)) throw new ConfigError(`queue ${JSON.stringify(queue)} is not a valid queue`);
  return `${subject} ${queue}`;
}

function isSubject(text: string): boolean {
  const tokens = text.split('.');
  return tokens.every((token, index) => /^\S+$/.test(token) && (token !== '>' || index === tokens.length - 1));
}

function readResponses(value: Value, problems: Problems): ResponsePermission | undefined {
  const defaults = { max: RESPONSE_MAX_DEFAULT, expiresMs: RESPONSE_EXPIRES_DEFAULT_MS };
  if (value.type === 'bool') return asBoolean(value) ? defaults : undefined;
  if (value.type !== 'map[string]interface {}') {
    return failAt(value.at, 'error parsing response permissions, expected a boolean or a map');
  }
  const responses: ResponsePermission = { max: 0, expiresMs: 0 };
  readBlock(asMap(value), RESPONSE_KEYS, responses, problems, unknownField);
  return { max: responses.max || defaults.max, expiresMs: responses.expiresMs || defaults.expiresMs };
}

const RESPONSE_KEYS = keys<ResponsePermission>({
  'max max_msgs max_messages max_responses': (value, responses) => {
    responses.max = asInteger(value);
  },
  'expires expiration ttl': (value, responses) => {
    if (value.type !== 'string') failAt(value.at, 'error parsing expires, not a duration string');
    else responses.expiresMs = located(value.at, 'error parsing expires: ', () => parseDuration(value.value));
  },
});
