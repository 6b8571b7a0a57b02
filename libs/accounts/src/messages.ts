import type { AccountDefinition } from './definition.ts';

// Operator mode: what the auth-resolver tells of accounts, as JSON.

/** What a gateway is told of an account. */
export interface AccountMessage {
  definition: AccountDefinition;
  /** The account's own token: what it is judged by where this process can't be asked. */
  token: string;
  /** Only where somebody has come for it already. */
  known: boolean;
  /** Its live connections are looked at again; the answer comes when that is done. */
  recheck: boolean;
}

/** Answered when the configuration of that revision is in force, and everybody knows how many clients each account has here. */
export interface CountsSettledMessage {
  revision: number;
}

/** Each gateway lives by the account's limits, and knows how many clients the others have: those who are too many go. */
export interface AccountCountedMessage {
  account: string;
}

/** An account is gone: its connections are closed. */
export interface AccountGoneMessage {
  account: string;
}

/** What a gateway answers to `account-tokens`: those after the name that was asked for, in the order of names. */
export interface AccountTokens {
  tokens: [account: string, token: string][];
  /** There are more. */
  more: boolean;
}

/** What a store process is told of accounts, in place of what it has heard of these before. A few hundred at most. */
export interface JetStreamAccountsMessage {
  /** Without `jetstream`: it has none. */
  accounts: Pick<AccountDefinition, 'name' | 'jetstream'>[];
  gone: string[];
  /** The first message to this process: it is to name the accounts that it has streams of. */
  begins: boolean;
  /** There is nothing more to tell for now. */
  complete: boolean;
}

/** Its answer, once what it was told holds. */
export interface JetStreamAccountsAnswer {
  /** Accounts that have streams, where it was asked for them. */
  stored?: string[];
}
