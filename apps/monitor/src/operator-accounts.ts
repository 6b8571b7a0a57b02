import type { AccountDefinition } from '@skein/accounts';
import { isOperatorMode } from '@skein/trust/options';
import type { Monitor } from './monitor.ts';

/** What the auth-resolver knows of an account that no configuration names. */
export interface OperatorAccount {
  definition: AccountDefinition;
  /** Of its token, in nats-server's fields. */
  report: {
    jwt: string;
    issuer_key: string;
    name_tag: string;
    tags: string[];
    decoded_jwt: object;
    revoked_user: Record<string, string>;
  };
}

/** The accounts that somebody has come for, in operator mode. */
export async function operatorAccountNames(monitor: Monitor): Promise<string[]> {
  return (await ask<{ names: string[] }>(monitor, {}))?.names ?? [];
}

/** One of them. */
export async function operatorAccount(monitor: Monitor, account: string): Promise<OperatorAccount | undefined> {
  return (await ask<{ account: OperatorAccount | null }>(monitor, { account }))?.account ?? undefined;
}

/** What people call an account. */
export async function accountTag(monitor: Monitor, account: string): Promise<string> {
  return (await operatorAccount(monitor, account))?.report.name_tag || account;
}

async function ask<Body>({ configuration, gather }: Monitor, question: object): Promise<Body | undefined> {
  if (!isOperatorMode(configuration.trust)) return undefined;
  const body = JSON.stringify(question);
  const { answers } = await gather.put<Body>({ method: 'operator-accounts', component: 'auth-resolver', body });
  return answers[0]?.body;
}
