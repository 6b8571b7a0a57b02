import { isPublicKey } from '@skein/nkeys';
import type { OperatorClaims } from '../claims/operator.ts';
import type { Issues } from './issues.ts';

const serviceUrl = /^(?:nats|tls|wss?):\/\/[^/@]*$/i;

export function checkOperator({ nats }: OperatorClaims, issues: Issues): void {
  const { account_server_url, operator_service_urls, signing_keys, system_account, assert_server_version } = nats;
  issues.check(
    account_server_url === '' || URL.canParse(account_server_url),
    `account server url ${JSON.stringify(account_server_url)} requires a protocol`,
  );
  for (const url of operator_service_urls) {
    issues.check(url === '' || serviceUrl.test(url), `operator service url ${JSON.stringify(url)} is not supported`);
  }
  for (const key of signing_keys) issues.check(isPublicKey(key, 'operator'), `${key} is not an operator public key`);
  issues.check(
    system_account === '' || isPublicKey(system_account, 'account'),
    `${system_account} is not an account public key`,
  );
  issues.check(
    assert_server_version === '' || parseVersion(assert_server_version) !== undefined,
    'assert server version error: it must be of the form <major>.<minor>.<update>',
  );
}

function parseVersion(version: string): number[] | undefined {
  const parts = /^(\d+)\.(\d+)\.(\d+)$/.exec(version);
  return parts === null ? undefined : parts.slice(1).map(Number);
}

/** Whether a server of `version` is at least the one that an operator asserts. */
export function isVersionAsserted(version: string, asserted: string): boolean {
  const wanted = parseVersion(asserted);
  const have = parseVersion(version);
  if (wanted === undefined) return true;
  if (have === undefined) return false;
  for (let i = 0; i < 3; i++) {
    if (have[i] !== wanted[i]) return have[i] > wanted[i];
  }
  return true;
}
