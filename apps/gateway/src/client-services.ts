import { readUserToken } from '@skein/events';
import type { Permissions } from '@skein/permissions';
import { subjectFromText } from '@skein/subjects';
import type { Gateway } from './gateway.ts';

/** What one client of this gateway is and may do; null: it is not here. */
export interface ClientDescription {
  user: string;
  /** By its token; '' is none. */
  userName: string;
  account: string;
  accountTag: string;
  permissions: Permissions | null;
  /** 0: never */
  expiresUnixMs: number;
}

export function describeClient(gateway: Gateway, cid: number): ClientDescription | null {
  const connection = gateway.connections.get(cid);
  if (connection === undefined || connection.account === null) return null;
  const { user, account, permissions, expiresUnixMs, options } = connection;
  return {
    user,
    userName: options.jwt === '' ? '' : (readUserToken(options.jwt)?.name ?? ''),
    account: account.name,
    accountTag: account.nameTag,
    permissions: permissions?.source ?? null,
    expiresUnixMs,
  };
}

/** Ends a client's connection. False: it is not here. */
export function kick(gateway: Gateway, cid: number): boolean {
  const connection = gateway.connections.get(cid);
  if (connection === undefined) return false;
  gateway.close(connection, 'Kicked');
  return true;
}

/** Tells one client that it had better go to another server. False: it is not here. */
export function sendLameDuck(gateway: Gateway, cid: number): boolean {
  const connection = gateway.connections.get(cid);
  if (connection === undefined) return false;
  connection.sendLameDuck();
  return true;
}

/**
 * Those of some subjects (latin1) on which a message of the account would come to nobody, on this gateway or another. What leads into
 * another account counts as heard.
 */
export function unheard(gateway: Gateway, name: string, subjects: readonly string[]): string[] {
  const account = gateway.account(name);
  return subjects.filter((subject) => {
    const route = account.route(Buffer.from(subject, 'latin1'), 0, subject.length);
    return !route.hasReceivers && !route.leadsOut && route.replyProcess === 0;
  });
}

/** How many subscriptions of this gateway's clients a message would match, or those of one queue group of them. */
export function countSubscribers(gateway: Gateway, account: string, subject: string, queue: string): number {
  const found = gateway.accounts.get(account)?.local.match(subjectFromText(subject));
  if (found === undefined) return 0;
  const name = subjectFromText(queue);
  const groups = queue === '' ? found.groups : found.groups.filter((group) => group.name === name);
  const inGroups = groups.reduce((count, { members }) => count + members.length, 0);
  return queue === '' ? found.plain.length + inGroups : inGroups;
}
