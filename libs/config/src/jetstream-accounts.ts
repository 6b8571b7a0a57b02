import { GLOBAL_ACCOUNT, type JetStreamLimits, unlimitedJetStream } from '@skein/accounts';
import { isOperatorMode } from '@skein/trust/options';
import { type ServerOptions, systemAccountOf } from './options.ts';

/** The accounts that may use JetStream, where a configuration names them, with what they may store. */
export function jetStreamAccounts(options: ServerOptions): ReadonlyMap<string, Record<string, JetStreamLimits>> {
  const found = new Map<string, Record<string, JetStreamLimits>>();
  if (options.jetstream === undefined || isOperatorMode(options.trust)) return found;
  const system = systemAccountOf(options);
  const accounts = options.accounts.map(({ definition }) => definition).filter(({ name }) => name !== system);
  // As in nats-server: the global account has it as long as there is no other.
  if (accounts.length === 0 && system !== GLOBAL_ACCOUNT) found.set(GLOBAL_ACCOUNT, { '': unlimitedJetStream() });
  for (const { name, jetstream } of accounts) if (jetstream !== undefined) found.set(name, jetstream);
  return found;
}
