import { type DirectoryResolverOptions, type ResolverOptions, resolverDefaults } from '@skein/trust/options';
import { parseDuration } from '../duration.ts';
import { ConfigError } from '../error.ts';
import { openFailure } from '../lang/parser.ts';
import type { Position, Value } from '../lang/value.ts';
import { isPublicNkey } from '../nkey.ts';
import { asBoolean, asInteger, asString, failAt, type KeyReader, located } from './reader.ts';
import type { Draft } from './server.ts';
import { type ReadFile, readTls } from './tls.ts';
import { tokenKind } from './token.ts';

// The keys of operator mode. Signatures are checked when a node starts (`Trust`), not here: `-t` does not look at them.

const operators: KeyReader<Draft> = (value, draft) => {
  const what = 'error parsing operators: unsupported type';
  const items = value.type === '[]interface {}' ? value.value : [value];
  for (const item of items) {
    if (item.type === 'string') draft.options.trust.operators.push(readOperator(item.value, value.at, draft.readFile));
    else if (item === value) failAt(value.at, `${what} ${item.type}`);
    else failAt(value.at, `${what} *conf.token where string is expected`);
  }
};

/** A token, or a file that holds one. */
function readOperator(text: string, at: Position, readFile: ReadFile): string {
  return located(at, 'error parsing operator JWT: ', () => {
    const token = text.startsWith('eyJ') ? text : tokenIn(readText(text, readFile));
    if (tokenKind(token) !== 'operator') throw new ConfigError('not operator claim');
    return token;
  });
}

function readText(path: string, readFile: ReadFile): string {
  try {
    return readFile(path);
  } catch (error) {
    throw new ConfigError(openFailure(error, path));
  }
}

/** As it is, or between the lines that decorate it. */
function tokenIn(text: string): string {
  return /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(text)?.[0] ?? text.trim();
}

const trustedKeys: KeyReader<Draft> = (value, draft) => {
  const items = value.type === '[]interface {}' ? value.value : [value];
  for (const item of items) {
    if (item.type !== 'string') failAt(value.at, `error parsing trusted: unsupported type ${item.type}`);
    const key = asString(item);
    if (!isPublicNkey(key, 'O')) {
      failAt(item.at, `trust key ${JSON.stringify(key)} required to be a valid public operator nkey`);
    }
    draft.options.trust.keys.push(key);
  }
};

const noResolver =
  'error parsing account resolver, should be MEM or  URL("url") or a map containing dir and type state=[FULL|CACHE])';

const resolver: KeyReader<Draft> = (value, draft) => {
  draft.options.trust.resolver = readResolver(value);
};

function readResolver(value: Value): ResolverOptions {
  if (value.type === 'string') {
    if (/^mem(ory)?$/i.test(value.value)) return { kind: 'memory' };
    const url = /^url\((.*?)\)?$/i.exec(value.value);
    if (url === null) failAt(value.at, noResolver);
    else return { kind: 'url', url: url[1].trim().replace(/^["']|["']$/g, '') };
  }
  if (value.type !== 'map[string]interface {}') {
    return failAt(value.at, `error parsing operator resolver, wrong type ${value.type}`);
  }
  const entries = new Map([...value.value].map(([key, entry]) => [key.toLowerCase(), entry]));
  const kind = entries.has('type') ? asString(entries.get('type') as Value).toLowerCase() : '';
  if (/^mem(ory)?$/.test(kind)) return { kind: 'memory' };
  if (kind !== 'full' && kind !== 'cache') return failAt(value.at, noResolver);
  return readDirectory(kind, entries, value.at);
}

function readDirectory(kind: 'full' | 'cache', entries: Map<string, Value>, at: Position): DirectoryResolverOptions {
  const has = (key: string): boolean => entries.has(key);
  const take = <T>(key: string, read: (value: Value) => T, otherwise: T): T => {
    const value = entries.get(key);
    return value === undefined ? otherwise : read(value);
  };
  const duration = (value: Value): number => {
    const text = asString(value);
    return located(at, '', () => parseDuration(text));
  };
  const shown = kind.toUpperCase();
  if (kind === 'full' && has('ttl')) failAt(at, 'FULL does not accept ttl');
  if (kind === 'cache' && has('allow_delete')) failAt(at, 'CACHE does not accept allow_delete');
  if (kind === 'cache' && has('hard_delete')) failAt(at, 'CACHE does not accept hard_delete');
  if (kind === 'cache' && has('interval')) failAt(at, `${shown} does not accept sync`);
  const dir = take('dir', asString, '');
  if (dir === '') failAt(at, 'dir has no value and needs to point to a directory');
  const allowDelete = take('allow_delete', asBoolean, resolverDefaults.allowDelete);
  const hardDelete = take('hard_delete', asBoolean, resolverDefaults.hardDelete);
  if (hardDelete && !allowDelete) failAt(at, 'hard_delete has no effect without delete');
  return {
    kind,
    dir,
    allowDelete,
    hardDelete,
    limit: take('limit', asInteger, 0) || resolverDefaults.limit,
    intervalMs: take('interval', duration, 0) || resolverDefaults.intervalMs,
    timeoutMs: take('timeout', duration, 0) || resolverDefaults.timeoutMs,
    ttlMs: take('ttl', duration, resolverDefaults.ttlMs),
  };
}

const preload: KeyReader<Draft> = (value, draft) => {
  if (value.type !== 'map[string]interface {}') {
    failAt(value.at, 'preload should be a map of account_public_key:account_jwt');
    return;
  }
  for (const [key, entry] of value.value) {
    if (entry.type !== 'string') failAt(entry.at, 'preload map value should be a string JWT');
    const token = asString(entry);
    if (located(entry.at, '', () => kindOf(token)) !== 'account') failAt(entry.at, 'invalid account JWT');
    draft.options.trust.preload[key] = token;
  }
};

function kindOf(token: string): string {
  try {
    return tokenKind(token);
  } catch (error) {
    if (error instanceof ConfigError) return '';
    throw error;
  }
}

const pinned: KeyReader<Draft> = (value, draft) => {
  const items = value.type === '[]interface {}' ? value.value : [value];
  draft.options.trust.pinnedAccounts = items.map(asString);
};

export const TRUST_KEYS: Record<string, KeyReader<Draft>> = {
  'operator operators roots root root_operators root_operator': operators,
  'trusted trusted_keys': trustedKeys,
  'resolver account_resolver account_resolvers': resolver,
  resolver_tls: (value, draft) => {
    const { caFile, certFile, keyFile } = readTls(value, draft.readFile);
    draft.options.trust.resolverTls = { caFile, certFile, keyFile };
  },
  'resolver_preload account_preload': preload,
  resolver_pinned_accounts: pinned,
  default_sentinel: (value, draft) => {
    draft.options.trust.defaultSentinel = asString(value) || undefined;
  },
};
