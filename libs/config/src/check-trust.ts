import { isOperatorMode } from '@skein/trust/options';
import { ConfigError } from './error.ts';
import type { ServerOptions } from './options.ts';
import { claimsOf } from './schema/token.ts';

/**
 * What operator mode does not go together with; fills in the system account that an operator names. Throws ConfigError with
 * nats-server's text.
 */
export function checkTrust(options: ServerOptions): void {
  const { trust, accounts, authorization } = options;
  if (trust.keys.length > 0 && trust.operators.length > 0) {
    throw new ConfigError("conflicting options for 'TrustedKeys' and 'TrustedOperators'");
  }
  if (!isOperatorMode(trust)) {
    if (trust.defaultSentinel !== undefined) throw new ConfigError('default sentinel requires operators and accounts');
    if (trust.resolver !== undefined && trust.resolver.kind !== 'memory') {
      throw new ConfigError('Could not start resolver: no operator key found');
    }
    return;
  }
  if (accounts.length > 0) throw new ConfigError('operators do not allow Accounts to be configured directly');
  if (authorization.users.length > 0) throw new ConfigError('operators do not allow users to be configured directly');
  if (options.noAuthUser !== undefined) throw new ConfigError('no_auth_user not compatible with Trusted Operator');
  const named = trust.operators.map(systemAccountIn).find((account) => account !== '');
  if (named !== undefined && options.systemAccount !== undefined && named !== options.systemAccount) {
    throw new ConfigError('system_account in config and operator JWT must be identical');
  }
  options.systemAccount ??= named;
  checkResolver(options);
  if (trust.operators.length > 0 && options.systemAccount === undefined) {
    options.warnings.push('Trusted Operators should utilize a System Account');
  }
}

function checkResolver({ trust, systemAccount }: ServerOptions): void {
  const { resolver } = trust;
  if (resolver?.kind === 'url' && Object.keys(trust.preload).length > 0) {
    throw new ConfigError('resolver preloads only available for writeable resolver types MEM/DIR/CACHE_DIR');
  }
  if ((resolver?.kind === 'full' || resolver?.kind === 'cache') && systemAccount === undefined) {
    throw new ConfigError(
      'using nats based account resolver - the system account needs to be specified in configuration or the operator jwt',
    );
  }
}

function systemAccountIn(token: string): string {
  const { nats } = claimsOf(token) as { nats?: { system_account?: unknown } };
  return typeof nats?.system_account === 'string' ? nats.system_account : '';
}
