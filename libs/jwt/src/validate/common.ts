import { hasWildcard } from '@skein/subjects';
import type { ClaimsData } from '../claims/common.ts';
import type { Permission, Permissions } from '../claims/permissions.ts';
import type { Issues } from './issues.ts';

const infoCharactersMax = 8 * 1024;

export function checkTimes({ exp, nbf }: ClaimsData, nowSeconds: number, issues: Issues): void {
  if (exp > 0 && nowSeconds > exp) issues.all.push({ kind: 'expired', text: 'claim is expired' });
  if (nbf > nowSeconds) issues.all.push({ kind: 'not_yet_valid', text: 'claim is not yet valid' });
}

export function checkSubject(subject: string, issues: Issues): void {
  const shown = JSON.stringify(subject);
  if (subject === '') {
    issues.check(false, 'subject cannot be empty');
    return;
  }
  issues.check(!subject.includes(' '), `subject ${shown} cannot have spaces`);
  issues.check(!subject.startsWith('.') && !subject.endsWith('.'), `subject ${shown} cannot start or end with a \`.\``);
  issues.check(!subject.includes('..'), `subject ${shown} cannot contain consecutive \`.\``);
}

/** One that is published to. */
export function checkTarget(subject: string, what: string, issues: Issues): void {
  checkSubject(subject, issues);
  issues.check(!hasWildcard(subject), `${what} ${JSON.stringify(subject)} can not contain wildcards`);
}

export function checkPermissions({ pub, sub }: Permissions, issues: Issues): void {
  checkPermission(sub, true, issues);
  checkPermission(pub, false, issues);
}

function checkPermission({ allow, deny }: Permission, mayHaveQueue: boolean, issues: Issues): void {
  for (const entry of [...allow, ...deny]) {
    const parts = entry.split(' ');
    const shown = `Permission Subject ${JSON.stringify(entry)}`;
    issues.check(parts.length <= 2, `${shown} contains too many spaces`);
    if (parts.length > 2) continue;
    for (const part of parts) checkSubject(part, issues);
    issues.check(parts.length === 1 || mayHaveQueue, `${shown} is not allowed to contain queue`);
  }
}

export function checkInfo(info: { description: string; info_url: string }, issues: Issues): void {
  issues.check(info.description.length <= infoCharactersMax, 'Description is too long');
  if (info.info_url === '') return;
  issues.check(info.info_url.length <= infoCharactersMax, 'Info URL is too long');
  const host = URL.canParse(info.info_url) ? new URL(info.info_url).host : '';
  issues.check(host !== '', 'error parsing info url: no hostname or scheme');
}
