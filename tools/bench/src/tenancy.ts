import { createSigningKey } from '@skein/nkeys';
import { TestOperator, userOf } from '@skein/trust/testing';

/** What a client shows in operator mode: its token, and the seed of the key that signs the server's nonce. */
export interface Credentials {
  jwt: string;
  seed: string;
}

const operator = new TestOperator();
const account = createSigningKey('account');

/** nats-server's configuration of operator mode, with one account. */
export function tenancyConfiguration(): string {
  return operator.configuration('MEMORY', [operator.account(account)]);
}

/** Users of that account, none of whom has been seen before. */
export function newUsers(count: number): Credentials[] {
  return Array.from({ length: count }, () => {
    const { jwt, key } = userOf(account);
    return { jwt, seed: key.seed };
  });
}
