import { readFileSync } from 'node:fs';
import { decodeJwtAs } from '@skein/jwt';
import { expect, it } from 'vitest';
import { isRefused, judgeUser, noTrust, readAccount, readUser, Trust } from './index.ts';

/** An operator, an account and a user as other libraries write them; nats-server 2.15.2 lets these users in. */
const libraries: Record<string, { operator: string; account: string; user: string }> = JSON.parse(
  readFileSync(new URL('testdata/libraries.json', import.meta.url), 'utf8'),
);

it.each(Object.entries(libraries))('lets in who comes with tokens of %s', (_name, { operator, account, user }) => {
  const trust = new Trust({ ...noTrust(), operators: [operator] });
  const { iat, sub } = decodeJwtAs('account', account);
  const reading = readAccount(account, sub, trust, iat);
  const known = readUser(user);
  if ('reason' in reading || isRefused(known)) throw new Error(JSON.stringify([reading, known]));
  const from = { host: '127.0.0.1', kind: 'STANDARD' };
  expect(judgeUser(known, reading.account, trust, from as never, iat * 1000)).toMatchObject({ account: sub });
  const stranger = new Trust({
    ...noTrust(),
    operators: Object.values(libraries).flatMap((one) => (one.operator === operator ? [] : [one.operator])),
  });
  expect(readAccount(account, sub, stranger, iat)).toHaveProperty('reason');
});
