import { readFileSync } from 'node:fs';
import { NATS_VERSION, type ServerOptions } from '@skein/config';
import type { Logger } from '@skein/log';
import { isPublicKey } from '@skein/nkeys';
import { readAccount, Trust, TrustError } from '@skein/trust';

const ACCOUNT_SERVER_MS = 2000;

/** Why a node in operator mode can't start with this; in nats-server's words, or undefined. */
export function operatorModeFault(options: ServerOptions, nowMs: number): string | undefined {
  try {
    const trust = new Trust(options.trust, options.systemAccount);
    trust.checkVersion(NATS_VERSION);
    return systemAccountFault(trust, options, nowMs);
  } catch (error) {
    if (error instanceof TrustError) return error.message;
    throw error;
  }
}

/** An account server that can't be reached at the start is a mistake of the configuration (nats-server 2.15). */
export async function accountServerFault({ trust }: ServerOptions): Promise<string | undefined> {
  const { resolver, resolverTls: { caFile, certFile, keyFile } = {} } = trust;
  if (resolver?.kind !== 'url') return undefined;
  const { url } = resolver;
  const failed = (why: string): string => `could not fetch <${JSON.stringify(url)}>: ${why}`;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) return failed('unsupported protocol scheme');
  const isTls = url.startsWith('https:');
  const { get } = isTls ? await import('node:https') : await import('node:http');
  const files = isTls && {
    ...(caFile !== undefined && { ca: readFileSync(caFile) }),
    ...(certFile !== undefined && { cert: readFileSync(certFile) }),
    ...(keyFile !== undefined && { key: readFileSync(keyFile) }),
  };
  return new Promise((resolve) => {
    const asking = get(url, { ...files, agent: false, signal: AbortSignal.timeout(ACCOUNT_SERVER_MS) }, (answer) => {
      answer.destroy();
      const isFine = answer.statusCode === 200;
      resolve(isFine ? undefined : failed(`${answer.statusCode} ${answer.statusMessage}`));
    });
    asking.on('error', (error) => resolve(failed(error.message)));
  });
}

/** Where accounts come with the configuration alone, the system account has to be among them. */
function systemAccountFault(trust: Trust, { trust: options }: ServerOptions, nowMs: number): string | undefined {
  const { systemAccount } = trust;
  if (systemAccount === undefined) return undefined;
  const fault = (why: string): string => `error resolving system account: ${why}`;
  if (!isPublicKey(systemAccount, 'account')) return fault('will only fetch valid account keys');
  const token = options.preload[systemAccount];
  if (token === undefined) return options.resolver?.kind === 'memory' ? fault('account missing') : undefined;
  const reading = readAccount(token, systemAccount, trust, Math.floor(nowMs / 1000));
  return 'reason' in reading ? fault(reading.reason) : undefined;
}

/** What a start says of it, as nats-server does. */
export function logOperatorMode(log: Logger, options: ServerOptions): void {
  const trust = new Trust(options.trust, options.systemAccount);
  const { resolver, preload } = options.trust;
  if (trust.operators.length > 0) log.info('Trusted Operators');
  for (const { name, iat, exp } of trust.operators) {
    log.info('  System  : ""');
    log.info(`  Operator: ${JSON.stringify(name)}`);
    log.info(`  Issued  : ${time(iat)}`);
    log.info(`  Expires : ${exp === 0 ? 'Never' : time(exp)}`);
  }
  if (resolver?.kind !== 'full' && resolver?.kind !== 'cache') return;
  log.info(`Managing ${resolver.kind === 'full' ? 'all' : 'some'} jwt in exclusive directory ${resolver.dir}`);
  if (trust.systemAccount !== undefined && preload[trust.systemAccount] === undefined) {
    log.info('Using bootstrapping system account');
  }
}

function time(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().replace('T', ' ').replace(/\..*/, '')} +0000 UTC`;
}
