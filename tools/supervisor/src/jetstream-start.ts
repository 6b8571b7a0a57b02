import { formatBytes, formatDuration, type ServerOptions } from '@skein/config';
import {
  type JetStreamOptions,
  jetStreamAccounts,
  jetStreamFolder,
  prepareJetStream,
  StoreError,
} from '@skein/config/jetstream';
import { systemAccountOf } from '@skein/config/options';
import type { Logger } from '@skein/log';

/** A start that JetStream forbids; in nats-server's words. */
export class JetStreamError extends Error {}

export interface JetStreamStart {
  /** With every size that was left open. */
  options: ServerOptions;
  /** The stores serve. */
  done(): void;
}

/** The revision of the API that clients may expect. */
const API_LEVEL = 5;

/**
 * Finds out what a start of JetStream needs, and says so in the log as nats-server does.
 * @throws JetStreamError
 */
export function startJetStream(given: ServerOptions, log: Logger, now: () => number): JetStreamStart {
  const configured = given.jetstream as JetStreamOptions;
  const startedMs = now();
  refuseSystemAccount(given);
  log.info('Starting JetStream');
  if (configured.storeDir === '') log.warn('Temporary storage directory used, data could be lost on system reboot');
  const jetstream = prepare(configured);
  const options = { ...given, jetstream };
  for (const line of description(jetstream)) log.info(line);
  refuseReservations(options, jetstream);
  return {
    options,
    done: () => log.info(`Took ${formatDuration(now() - startedMs)} to start JetStream`),
  };
}

function prepare(configured: JetStreamOptions): JetStreamOptions {
  try {
    return prepareJetStream(configured);
  } catch (error) {
    if (error instanceof StoreError) throw new JetStreamError(`Can't start JetStream: ${error.message}`);
    throw error;
  }
}

function description(jetstream: JetStreamOptions): string[] {
  const { strict, maxMemoryBytes, maxFileBytes, domain, encryption } = jetstream;
  const cipher = encryption?.cipher === 'aes' ? 'AES-GCM' : 'ChaCha20-Poly1305';
  return [
    '---------------- JETSTREAM ----------------',
    ...(strict ? ['  Strict:          true'] : []),
    `  Max Memory:      ${formatBytes(maxMemoryBytes)}`,
    `  Max Storage:     ${formatBytes(maxFileBytes)}`,
    `  Store Directory: "${jetStreamFolder(jetstream)}"`,
    ...(domain === undefined ? [] : [`  Domain:          ${domain}`]),
    ...(encryption === undefined ? [] : [`  Encryption:      ${cipher}`]),
    `  API Level:       ${API_LEVEL}`,
    '-------------------------------------------',
  ];
}

function refuseSystemAccount(options: ServerOptions): void {
  const system = systemAccountOf(options);
  const found = options.accounts.find(({ definition }) => definition.name === system);
  if (found?.definition.jetstream !== undefined) {
    throw new JetStreamError('Not allowed to enable JetStream on the system account');
  }
}

/** What accounts were promised has to be there. */
function refuseReservations(options: ServerOptions, { maxMemoryBytes, maxFileBytes }: JetStreamOptions): void {
  const promised = [...jetStreamAccounts(options).values()].flatMap((tiers) => Object.values(tiers));
  const sum = (of: (limits: (typeof promised)[number]) => number): number =>
    promised.reduce((total, limits) => total + Math.max(0, of(limits)), 0);
  const insufficient = (what: string, code: number): JetStreamError =>
    new JetStreamError(
      `Can't start JetStream: Error enabling jetstream on configured accounts: insufficient ${what} resources available (${code})`,
    );
  if (sum((limits) => limits.memoryBytesMax) > maxMemoryBytes) throw insufficient('memory', 10028);
  if (sum((limits) => limits.fileBytesMax) > maxFileBytes) throw insufficient('storage', 10047);
}
