import type { Import } from '../claims/account.ts';
import type { ActivationClaims } from '../claims/activation.ts';
import { decodeJwtAs } from '../decode.ts';
import { JwtError } from '../errors.ts';
import { issuerAccount } from '../signers.ts';
import { areContainedIn, isContainedIn, withoutReferences } from '../subject.ts';
import { checkActivation } from './activation.ts';
import { checkSubject } from './common.ts';
import type { Issues } from './issues.ts';

export function checkImports(account: string, imports: readonly Import[], issues: Issues): void {
  /** What has been taken, by the account that it is taken from. */
  const services = new Map<string, string[][]>();
  for (const one of imports) {
    if (one.type === 'service') {
      const local = one.to || withoutReferences(one.local_subject) || one.subject;
      const tokens = local.split('.');
      const others = services.get(one.account) ?? [];
      services.set(one.account, others);
      for (const other of others) {
        if (issues.isFull) return;
        if (!areContainedIn(tokens, other) && !areContainedIn(other, tokens)) continue;
        issues.check(false, `overlapping subject namespace for ${JSON.stringify(local)} in account ${one.account}`);
      }
      others.push(tokens);
    }
    checkImport(account, one, issues);
  }
}

function checkImport(account: string, one: Import, issues: Issues): void {
  const { type, subject, local_subject: local, to } = one;
  issues.check(type !== '', 'invalid import type: "unknown"');
  issues.check(type !== 'service' || !one.allow_trace, 'AllowTrace only valid for stream import');
  issues.check(one.account !== '', 'account to import from is not specified');
  checkSubject(subject, issues);
  if (local !== '') {
    checkLocalSubject(local, subject, issues);
    issues.check(to === '', 'Local Subject replaces To');
  }
  const shown = JSON.stringify(subject);
  issues.check(type === 'service' || !one.share, `sharing information is only valid for services: ${shown}`);
  if (one.token !== '') checkToken(account, one, issues);
}

/** Its wildcards and references stand for all of the subject's wildcards. */
function checkLocalSubject(local: string, subject: string, issues: Issues): void {
  checkSubject(local, issues);
  const endsOpen = (pattern: string): boolean => pattern === '>' || pattern.endsWith('.>');
  issues.check(
    endsOpen(local) === endsOpen(subject),
    'both, renaming subject and subject, need to end or not end in >',
  );
  const stars = (pattern: string): number => pattern.split('.').filter((token) => token === '*').length;
  const references = local.split('.').flatMap((token) => /^\$(\d+)$/.exec(token)?.[1] ?? []);
  const highest = Math.max(0, ...references.map(Number));
  const fits = highest <= stars(subject) && references.length + stars(local) === stars(subject);
  issues.check(fits, 'subject does not contain enough * or reference wildcards $[0-9]');
}

function checkToken(account: string, one: Import, issues: Issues): void {
  const shown = JSON.stringify(one.subject);
  let activation: ActivationClaims;
  try {
    activation = decodeJwtAs('activation', one.token);
  } catch (error) {
    if (!(error instanceof JwtError)) throw error;
    issues.check(false, `import ${shown} contains an invalid activation token`);
    return;
  }
  const issuers = [activation.iss, issuerAccount(activation)];
  issues.check(issuers.includes(one.account), `activation token doesn't match account for import ${shown}`);
  issues.check(activation.sub === account, `activation token doesn't match account it is being included in, ${shown}`);
  issues.check(
    activation.nats.kind === one.type,
    `mismatch between token import type ${activation.nats.kind} and type of import ${one.type}`,
  );
  checkActivation(activation, issues);
  const imported = one.type === 'service' && one.to !== '' ? one.to : one.subject;
  issues.check(
    isContainedIn(imported, activation.nats.subject),
    `activation token import subject ${JSON.stringify(activation.nats.subject)} doesn't match import ${shown}`,
  );
}
