import { GLOBAL_ACCOUNT } from '@skein/accounts';
import { isValidPattern, subjectFromText } from '@skein/subjects';
import { isOperatorMode } from '@skein/trust/options';
import { checkTrust } from './check-trust.ts';
import { formatDuration } from './duration.ts';
import { ConfigError } from './error.ts';
import { allUsers, isBcrypt, isNkeyUser, NAMELESS_USER, type ServerOptions, systemAccountOf } from './options.ts';
import { checkNoAuthUser } from './schema/authorization.ts';
import type { Draft } from './schema/server.ts';
import { checkWebsocket } from './schema/websocket.ts';

const LARGE_PAYLOAD_BYTES = 8 * 1024 * 1024;
const AUTH_TIMEOUT_DEFAULT_MS = 2000;
const AUTH_AFTER_TLS_MS = 1000;

/**
 * Settles what depends on several keys or flags, and refuses what only a start refuses (`-t` does not look at it).
 * Throws ConfigError with nats-server's text.
 */
export function finish(draft: Draft): ServerOptions {
  const options = draft.options;
  if (options.jetstream !== undefined) options.jetstream.storeDir = draft.storeDir ?? '';
  options.monitoring.host = draft.monitoringHost ?? options.host;
  if (options.tls !== undefined) options.tls.allowNonTls = draft.allowNonTls;
  options.authTimeoutMs = draft.authTimeoutMs || defaultAuthTimeoutMs(options);
  check(options);
  applyDefaultDomains(options);
  options.warnings.push(...advice(options));
  admitNameless(options);
  return options;
}

function applyDefaultDomains({ jetstream, defaultJetStreamDomains, accounts }: ServerOptions): void {
  if (jetstream === undefined) return;
  for (const { definition } of accounts) {
    const domain = defaultJetStreamDomains[definition.name] || undefined;
    if (domain === undefined) continue;
    definition.mappings.push({ source: '$JS.API.>', destinations: [{ subject: `$JS.${domain}.API.>`, weight: 100 }] });
  }
}

/** Where only the system account is configured, everybody else may come into the global account (nats-server 2.15). */
function admitNameless(options: ServerOptions): void {
  const { accounts, authorization, noAuthUser, trust } = options;
  const isSystemAlone = accounts.length === 1 && accounts[0].definition.name === systemAccountOf(options);
  if (!isSystemAlone || noAuthUser !== undefined || authorization.users.length > 0 || isOperatorMode(trust)) return;
  authorization.users.push({ user: NAMELESS_USER, pass: '' });
  options.noAuthUser = NAMELESS_USER;
}

function defaultAuthTimeoutMs({ tls }: ServerOptions): number {
  return tls === undefined ? AUTH_TIMEOUT_DEFAULT_MS : tls.timeoutMs + AUTH_AFTER_TLS_MS;
}

function check(options: ServerOptions): void {
  const { maxPayloadBytes, maxPendingBytes, lameDuckDurationMs, lameDuckGracePeriodMs } = options;
  if (maxPayloadBytes > maxPendingBytes) {
    throw new ConfigError(`max_payload (${maxPayloadBytes}) cannot be higher than max_pending (${maxPendingBytes})`);
  }
  if (options.serverName?.includes(' ')) throw new ConfigError('server name cannot contain spaces');
  if (lameDuckGracePeriodMs >= lameDuckDurationMs) {
    const periods = [lameDuckGracePeriodMs, lameDuckDurationMs].map(formatDuration);
    throw new ConfigError(
      `lame duck grace period (${periods[0]}) should be strictly lower than lame duck duration (${periods[1]})`,
    );
  }
  if (options.skein.monitoring?.clientCaFile !== undefined && options.monitoring.httpsPort === 0) {
    throw new ConfigError('skein.monitoring.client_ca_file needs https');
  }
  checkTrust(options);
  checkCallout(options);
  checkJetStream(options);
  const users = allUsers(options);
  checkNoAuthUser(options.noAuthUser, users);
  if (options.websocket !== undefined) checkWebsocket(options.websocket, users, isOperatorMode(options.trust));
  const { systemAccount, accounts, trust } = options;
  if (isOperatorMode(trust)) return;
  const isThere =
    systemAccount === GLOBAL_ACCOUNT || accounts.some(({ definition }) => definition.name === systemAccount);
  if (systemAccount !== undefined && !isThere) {
    throw new ConfigError('error resolving system account: account missing');
  }
}

const isValid = (subject: string): boolean => isValidPattern(subjectFromText(subject));

function checkJetStream(options: ServerOptions): void {
  const { jetstream, defaultJetStreamDomains, accounts, trust } = options;
  const domain = jetstream?.domain;
  if (domain !== undefined) {
    const derived = `$JS.${domain}.API.>`;
    if (!isValid(derived)) {
      throw new ConfigError(`invalid domain name: derived ${JSON.stringify(derived)} is not a valid subject`);
    }
    if (/[.*>]/.test(domain)) throw new ConfigError('invalid domain name: may not contain ., * or >');
  }
  for (const [name, domain] of Object.entries(defaultJetStreamDomains)) {
    const account = accounts.find(({ definition }) => definition.name === name);
    if (account === undefined && name !== GLOBAL_ACCOUNT && !isOperatorMode(trust)) {
      throw new ConfigError(
        `in non operator mode, \`default_js_domain\` references non existing account ${JSON.stringify(name)}`,
      );
    }
    if (jetstream !== undefined && account?.definition.jetstream !== undefined) {
      throw new ConfigError(`default_js_domain contains account name ${JSON.stringify(name)} with enabled JetStream`);
    }
    if (domain !== '' && !isValid(`$JS.${domain}.API.>`)) {
      throw new ConfigError(
        `default_js_domain contains account ${JSON.stringify(name)} with invalid domain name ${JSON.stringify(domain)}`,
      );
    }
  }
}

function checkCallout({ authorization, accounts }: ServerOptions): void {
  const { callout } = authorization;
  const isThere = (name: string): boolean =>
    name === GLOBAL_ACCOUNT || accounts.some(({ definition }) => definition.name === name);
  for (const name of callout?.allowedAccounts ?? []) {
    if (!isThere(name)) {
      throw new ConfigError(`auth_callout allowed account ${JSON.stringify(name)} not found in configured accounts`);
    }
  }
}

function advice(options: ServerOptions): string[] {
  const { authorization, tls, websocket } = options;
  const warnings: string[] = [];
  const passwords = allUsers(options).flatMap((user) => (isNkeyUser(user) ? [] : [user.pass]));
  if (authorization.pass !== undefined) passwords.push(authorization.pass);
  if (passwords.some((password) => !isBcrypt(password))) {
    warnings.push('Plaintext passwords detected, use nkeys or bcrypt');
  }
  if (options.maxPayloadBytes > LARGE_PAYLOAD_BYTES) {
    warnings.push('Maximum payloads over 8.00 MB are generally discouraged and could lead to poor performance');
  }
  if (tls?.handshakeFirst === true) {
    warnings.push('Clients that are not using "TLS Handshake First" option will fail to connect');
  }
  if (Object.keys(options.defaultJetStreamDomains).length > 0) {
    warnings.push('The option `default_js_domain` is a temporary backwards compatibility measure and will be removed');
  }
  if (websocket?.noTls && websocket.tls === undefined) {
    warnings.push('Websocket not configured with TLS. DO NOT USE IN PRODUCTION!');
  }
  return warnings;
}
