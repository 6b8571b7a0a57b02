import { isLiteral } from '@skein/subjects';
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

/** None when something in it has no value. */
function fillEntry(entry: string, user: UserClaims, account: AccountClaims): string[] {
  let filled = [''];
  let from = 0;
  for (const match of entry.matchAll(variable)) {
    const literal = entry.slice(from, match.index);
    const values = valuesOf(match[1].trim(), user, account);
    if (values.length * filled.length > combinationsMax) {
      throw new TemplateError(`template has more than ${combinationsMax} values: ${entry}`);
    }
    filled = filled.flatMap((start) => values.map((value) => start + literal + value));
    from = match.index + match[0].length;
  }
  return from === 0 ? [entry] : filled.map((start) => start + entry.slice(from));
}

function valuesOf(call: string, user: UserClaims, account: AccountClaims): string[] {
  const name = call.toLowerCase();
  switch (name) {
    case 'name()':
      return usable(user.name);
    case 'subject()':
      return usable(user.sub);
    case 'account-name()':
      return usable(account.name);
    case 'account-subject()':
      return usable(account.sub);
  }
  const tag = /^(account-)?tag\((.*)\)$/.exec(name);
  if (tag === null) throw new TemplateError(`template operation in "{{${call}}}" is not defined`);
  const prefix = `${tag[2].trim()}:`;
  const { tags } = (tag[1] === undefined ? user : account).nats;
  return tags.flatMap((one) => (one.startsWith(prefix) ? usable(one.slice(prefix.length)) : []));
}

/** A name with a wildcard in it would be more than a name. */
function usable(value: string): string[] {
  return isLiteral(value) ? [value] : [];
}
