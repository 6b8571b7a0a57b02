import { isValidPattern } from '@skein/subjects';
import type { AccountClaims } from './claims/account.ts';
import type { Permission, UserPermissionLimits } from './claims/permissions.ts';
import type { UserClaims } from './claims/user.ts';

/** A template's subject can't be made for this user. */
export class TemplateError extends Error {}

/** So many subjects may come of one entry (several tags with the same name, several functions). */
const combinationsMax = 1024;

const variable = /\{\{(.*?)\}\}/g;

/**
 * The template of a scoped signing key with a user's own names and tags filled in (NATS: scoped signing keys).
 *
 * @throws TemplateError when an entry that denies can't be filled in: leaving it out would allow more
 */
export function fillTemplate(
  template: UserPermissionLimits,
  user: UserClaims,
  account: AccountClaims,
): UserPermissionLimits {
  return {
    ...template,
    pub: fillPermission(template.pub, user, account),
    sub: fillPermission(template.sub, user, account),
  };
}

function fillPermission({ allow, deny }: Permission, user: UserClaims, account: AccountClaims): Permission {
  const fill = (entry: string): string[] => fillEntry(entry, user, account);
  const allowed = allow.flatMap(fill);
  const denied = deny.flatMap((entry) => {
    const filled = fill(entry);
    if (filled.length === 0) throw new TemplateError(`template in deny can't be filled in: ${entry}`);
    return filled;
  });
  // What was meant to allow little must not become a list that allows everything.
  if (allow.length > 0 && allowed.length === 0) denied.push('>');
  return { allow: allowed, deny: denied };
}

/** None when something in it has no value, or it would be no subject. What is named twice has the same value in both places. */
function fillEntry(entry: string, user: UserClaims, account: AccountClaims): string[] {
  const calls = new Set([...entry.matchAll(variable)].map((match) => match[0]));
  if (calls.size === 0) return [entry];
  let filled = [entry];
  for (const call of calls) {
    const values = valuesOf(call.slice(2, -2).trim(), user, account);
    if (values.length * filled.length > combinationsMax) {
      throw new TemplateError(`template has more than ${combinationsMax} values: ${entry}`);
    }
    filled = filled.flatMap((text) => values.map((value) => text.replaceAll(call, () => value)));
  }
  return filled.filter(isValidPattern);
}

function valuesOf(call: string, user: UserClaims, account: AccountClaims): string[] {
  switch (call.toLowerCase()) {
    case 'name()':
      return [user.name];
    case 'subject()':
      return [user.sub];
    case 'account-name()':
      return [account.name];
    case 'account-subject()':
      return [account.sub];
  }
  const tag = /^(account-)?tag\((.*)\)$/i.exec(call);
  if (tag === null) throw new TemplateError(`template operation in "{{${call}}}" is not defined`);
  const prefix = `${tag[2]}:`;
  const { tags } = (tag[1] === undefined ? user : account).nats;
  return tags.flatMap((one) => (one.startsWith(prefix) ? [one.slice(prefix.length)] : []));
}
