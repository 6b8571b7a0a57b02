import type { Import } from '@skein/accounts';
import { asPattern, hasWildcard, numberWildcards, subjectFromText } from '@skein/subjects';
import type { Value } from '../lang/value.ts';
import { asBoolean, asString, failAt, keys, type Problems, readBlock } from './reader.ts';

/** What an account takes from others. */
export function readImports(value: Value, problems: Problems): Import[] {
  if (value.type !== '[]interface {}') return failAt(value.at, `Imports should be an array, got ${value.type}`);
  const services = new Map<string, Import>();
  return value.value.flatMap((item) => problems.collect(() => readImport(item, services, problems)) ?? []);
}

interface ImportEntry {
  kind?: 'stream' | 'service';
  account: string;
  subject: string;
  to?: string;
  prefix?: string;
  share?: boolean;
  allowTrace?: boolean;
}

/** Undefined where it names nothing: nats-server takes such an entry for none. */
function readImport(item: Value, services: Map<string, Import>, problems: Problems): Import | undefined {
  if (item.type !== 'map[string]interface {}') {
    return failAt(item.at, `Import Items should be a map with type entry, got ${item.type}`);
  }
  const entry: ImportEntry = { account: '', subject: '' };
  readBlock(item, IMPORT_KEYS, entry, problems);
  const { kind, account, subject, share = false, allowTrace = false } = entry;
  if (kind === undefined) return undefined;
  if (kind === 'stream') {
    const { prefix, to = prefix === undefined ? undefined : `${prefix}.${subject}` } = entry;
    if (prefix !== undefined && entry.to === undefined && hasWildcard(subjectFromText(prefix))) {
      failAt(item.at, `Error adding stream import "${subject}": stream import prefix can not contain wildcard tokens`);
    }
    return { kind, account, subject, ...(to === undefined ? {} : { to: numberWildcards(to) }), allowTrace };
  }
  const { to } = entry;
  const service: Import = { kind, account, subject, ...(to === undefined ? {} : { to: numberWildcards(to) }), share };
  const local = to === undefined ? subject : asPattern(numberWildcards(to));
  const before = services.get(local);
  if (before !== undefined && before.account === account) {
    failAt(
      item.at,
      `Duplicate service import subject "${local}", previously used in import for account "${before.account}", subject "${before.subject}"`,
    );
  }
  services.set(local, service);
  return service;
}

const source =
  (kind: 'stream' | 'service') =>
  (value: Value, entry: ImportEntry, _key: string, problems: Problems): void => {
    if (entry.kind !== undefined) failAt(value.at, `Detected ${kind} but already saw a ${entry.kind}`);
    if (value.type !== 'map[string]interface {}') {
      const name = kind === 'stream' ? 'Stream' : 'Service';
      failAt(value.at, `${name} entry should be an account map, got ${value.type}`);
    } else readBlock(value, SOURCE_KEYS, entry, problems);
    if (entry.account === '' || entry.subject === '') failAt(value.at, 'Expect an account name and a subject');
    entry.kind = kind;
  };

const SOURCE_KEYS = keys<ImportEntry>({
  account: (value, entry) => {
    entry.account = asString(value);
  },
  subject: (value, entry) => {
    entry.subject = asString(value);
  },
});

const IMPORT_KEYS = keys<ImportEntry>({
  stream: source('stream'),
  service: source('service'),
  prefix: (value, entry) => {
    entry.prefix = asString(value) || undefined;
  },
  to: (value, entry) => {
    entry.to = asString(value) || undefined;
  },
  share: (value, entry) => {
    entry.share = asBoolean(value);
  },
  allow_trace: (value, entry) => {
    if (entry.kind === 'service') failAt(value.at, 'Detected allow_trace directive on a non-stream');
    entry.allowTrace = asBoolean(value);
  },
});
