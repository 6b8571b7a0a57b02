import { asPattern, hasWildcard, isLiteral, numberWildcards, reversed, subjectFromText } from '@skein/subjects';
import { exportFor } from './authorize.ts';
import type { AccountDefinition, Import, ServiceExport } from './definition.ts';
import { PatternIndex } from './pattern-index.ts';

type Accounts = ReadonlyMap<string, AccountDefinition>;
/** Imports of one kind that have been looked at, by importer and then by where they appear. */
type Taken = Map<string, PatternIndex<Import>>;

/** What nats-server refuses about a configuration's accounts, taken together; in its words, in its order. */
export function checkAccounts(definitions: readonly AccountDefinition[]): string[] {
  const accounts: Accounts = new Map(definitions.map((definition) => [definition.name, definition]));
  return [
    ...definitions.flatMap((definition) => checkExports(definition, accounts)),
    ...(['stream', 'service'] as const).flatMap((kind) => {
      const before: Taken = new Map();
      return definitions.flatMap((definition) => checkImports(definition, kind, accounts, before));
    }),
  ];
}

function checkExports({ exports }: AccountDefinition, accounts: Accounts): string[] {
  return exports.flatMap((offer) => {
    const unknown = offer.accounts?.find((name) => !accounts.has(name));
    if (unknown !== undefined) return [`"${unknown}" account not defined for ${offer.kind} export`];
    const position = offer.accountTokenPosition;
    if (position !== undefined && offer.subject.split('.')[position - 1] !== '*') {
      return [`Error adding ${offer.kind} export "${offer.subject}": sublist: invalid subject`];
    }
    const fault = offer.kind === 'service' ? latencyFault(offer) : undefined;
    return fault === undefined ? [] : [fault];
  });
}

function latencyFault({ subject, latency, responseType }: ServiceExport): string | undefined {
  if (latency === undefined) return undefined;
  const error = `Error adding service latency sampling for "${subject}" on subject "${latency.subject}"`;
  if (responseType !== 'Singleton') return `${error}: bad service response type`;
  return isLiteral(subjectFromText(latency.subject)) ? undefined : `${error}: invalid publish subject`;
}

/** Imports are looked at one after the other: only those that came before can close a cycle. */
function checkImports(importer: AccountDefinition, kind: Import['kind'], accounts: Accounts, before: Taken): string[] {
  const taken = new PatternIndex<Import>();
  const seen = new Set<string>();
  before.set(importer.name, taken);
  return importer.imports
    .filter((one) => one.kind === kind)
    .flatMap((one) => {
      const exporter = accounts.get(one.account);
      if (exporter === undefined) return [`"${one.account}" account not defined for ${kind} import`];
      const fault = importFault(importer.name, exporter, one, before) ?? repeated(one, seen);
      taken.add(subjectFromText(localPattern(one)), one);
      return fault === undefined ? [] : [`Error adding ${kind} import "${one.subject}": ${fault}`];
    });
}

function importFault(importer: string, exporter: AccountDefinition, one: Import, before: Taken): string | undefined {
  if (exportFor(exporter, importer, one) === undefined) return `${one.kind} import not authorized`;
  if (formsCycle(importer, one, before)) return 'import forms a cycle';
  return transformFault(one);
}

function repeated(one: Import, seen: Set<string>): string | undefined {
  const key = JSON.stringify([one.account, one.subject, one.to]);
  const isRepeated = seen.has(key);
  seen.add(key);
  return isRepeated && one.kind === 'stream' ? 'stream import already exists' : undefined;
}

/** Both sides have to name the same wildcards: an answer, or a subscription, must find its way back. */
function transformFault(one: Import): string | undefined {
  const { kind, subject, to } = one;
  if (to === undefined || to === subject) return undefined;
  if (!hasWildcard(subjectFromText(subject))) return undefined;
  const direction = kind === 'stream' ? `from "${subject}" to "${to}"` : `from "${to}" to "${subject}"`;
  try {
    reversed(subjectFromText(subject), numberWildcards(subjectFromText(to)));
    return undefined;
  } catch {
    return (
      `failed to create mapping transform for ${kind} import subject ${direction}: ` +
      `invalid mapping destination: not using all of the token wildcard(s) in ${to}`
    );
  }
}

/** Whether what is imported was, over any number of accounts, taken from the importer itself. An account may import its own. */
function formsCycle(importer: string, wanted: Import, before: Taken): boolean {
  const visited = new Set<Import>();
  const leadsBack = (from: Import): boolean => {
    if (visited.has(from)) return false;
    visited.add(from);
    const there = before.get(from.account)?.overlapping(subjectFromText(from.subject)) ?? [];
    return there.some((next) => next.account !== from.account && (next.account === importer || leadsBack(next)));
  };
  return wanted.account !== importer && leadsBack(wanted);
}

/** Where an import's messages appear. */
function localPattern({ subject, to }: Import): string {
  return to === undefined ? subject : asPattern(to);
}
