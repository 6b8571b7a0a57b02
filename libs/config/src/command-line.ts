import { ConfigError } from './error.ts';
import { finish } from './finish.ts';
import { FLAG_TYPES, FLAGS } from './flags/flags.ts';
import { type FlagValue, type ParsedFlags, parseGoFlags } from './flags/go-flags.ts';
import { TLS_HELP, usage } from './flags/help.ts';
import { defaultJetStreamOptions } from './jetstream-options.ts';
import { type ConfigIo, readDraft, testConfig } from './load.ts';
import { type LoggingOptions, NATS_VERSION, type ServerOptions } from './options.ts';
import { type Draft, newDraft } from './schema/server.ts';
import { checkTlsFiles, defaultTlsOptions } from './schema/tls.ts';

export const SIGNALS = ['stop', 'quit', 'term', 'reopen', 'reload', 'ldm'] as const;
export type SignalName = (typeof SIGNALS)[number];

/** Which servers a signal is for: the only one that runs; one; all whose pid begins with these digits. */
export type SignalTarget = { kind: 'only' } | { kind: 'pid'; pid: number } | { kind: 'prefix'; prefix: string };

/** What a command line asks for. */
export type Command =
  /** Run a node. `options.warnings` are to be logged. */
  | { kind: 'run'; options: ServerOptions; configFile?: string }
  /** Write these and exit: help, version, the result of `-t`, an error. */
  | { kind: 'print'; stdout: string; stderr: string; exitCode: number }
  /** Signal a running server. */
  | { kind: 'signal'; signal: SignalName; target: SignalTarget }
  /** Compare with a running server. `argv`: the flags but this one. */
  | { kind: 'plan'; target: SignalTarget; argv: string[] };

/**
 * Reads nats-server's command line (without the program's name) and the configuration file that it names. Never
 * throws: what is wrong becomes a `print`, with nats-server's text and exit code.
 */
export function readCommandLine(argv: readonly string[], io: ConfigIo): Command {
  let flags: ParsedFlags;
  try {
    flags = parseGoFlags(argv, FLAG_TYPES);
  } catch (error) {
    // Flags that can't be read exit with 0, strange as it is: scripts have got used to it.
    return print(usage(), `${(error as ConfigError).message}\n`, 0);
  }
  try {
    const given = new Flags(flags.given);
    if (given.isGiven('plan')) return readPlan(given.text('plan') ?? '', argv, io);
    return command(given, flags.words, io);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return print('', `nats-server: ${error.message}\n`, 1);
  }
}

function print(stdout: string, stderr: string, exitCode: number): Command {
  return { kind: 'print', stdout, stderr, exitCode };
}

/** The flags that were given, under the first of their spellings. */
class Flags {
  #values = new Map<string, FlagValue>();

  constructor(given: Map<string, FlagValue>) {
    for (const { names } of FLAGS) {
      for (const [name, value] of given) if (names.includes(name)) this.#values.set(names[0], value);
    }
  }

  text(name: string): string | undefined {
    return (this.#values.get(name) as string | undefined) || undefined;
  }

  /** 0 says as much as nothing. */
  integer(name: string): number | undefined {
    return (this.#values.get(name) as number | undefined) || undefined;
  }

  boolean(name: string): boolean | undefined {
    return this.#values.get(name) as boolean | undefined;
  }

  isGiven(name: string): boolean {
    return this.#values.has(name);
  }
}

function command(flags: Flags, words: string[], io: ConfigIo): Command {
  const version = print(`nats-server: v${NATS_VERSION}\n`, '', 0);
  if (flags.boolean('v')) return version;
  if (flags.boolean('h')) return print(usage(), '', 0);
  if (flags.boolean('help_tls')) return print(TLS_HELP, '', 0);
  const word = words[0];
  if (word?.toLowerCase() === 'version') return version;
  if (word?.toLowerCase() === 'help') return print(usage(), '', 0);
  if (word !== undefined) throw new ConfigError(`unrecognized command: ${JSON.stringify(word)}`);
  const signal = flags.text('sl');
  if (signal !== undefined) return readSignal(signal, io);
  const configFile = flags.text('c');
  if (flags.boolean('t')) return test(configFile, io);
  const draft = configFile === undefined ? newDraft(io.readFile) : readDraft(configFile, io);
  applyFlags(flags, draft);
  return { kind: 'run', options: finish(draft), ...(configFile === undefined ? {} : { configFile }) };
}

function test(configFile: string | undefined, io: ConfigIo): Command {
  if (configFile === undefined) {
    throw new ConfigError('must specify [-c, --config] option to check configuration file syntax');
  }
  const digest = testConfig(configFile, io);
  return print('', `nats-server: configuration file ${configFile} is valid (${digest})\n`, 0);
}

function readSignal(text: string, io: ConfigIo): Command {
  const [name, target = '', ...rest] = text.split('=');
  if (rest.length > 0) throw new ConfigError(`invalid signal parameters: [${rest.join(' ')}]`);
  const signal = SIGNALS.find((known) => known === name);
  if (signal === undefined) throw new ConfigError(`unknown signal ${JSON.stringify(name)}`);
  return { kind: 'signal', signal, target: readTarget(target, io) };
}

function readTarget(target: string, io: ConfigIo): SignalTarget {
  if (target === '') return { kind: 'only' };
  if (!target.endsWith('*')) return { kind: 'pid', pid: readPid(target, io) };
  const prefix = target.slice(0, -1);
  if (!/^\d*$/.test(prefix)) throw new ConfigError(`invalid pid: ${prefix}`);
  return { kind: 'prefix', prefix };
}

function readPlan(text: string, argv: readonly string[], io: ConfigIo): Command {
  const target = readTarget(text, io);
  if (target.kind === 'prefix') throw new ConfigError(`invalid pid: ${text}`);
  return { kind: 'plan', target, argv: argv.filter((word) => !/^--?plan(=|$)/.test(word)) };
}

/** A process id, or a file that holds one. */
function readPid(target: string, io: ConfigIo): number {
  let text = target;
  try {
    if (!/^\d+$/.test(target)) text = io.readFile(target).trim();
  } catch {
    throw new ConfigError(`invalid pid: ${target}`);
  }
  if (!/^\d+$/.test(text)) throw new ConfigError(`invalid pid: ${text}`);
  return Number(text);
}

function applyFlags(flags: Flags, draft: Draft): void {
  const { options } = draft;
  refuseLater(flags, options.warnings);
  options.host = flags.text('a') ?? options.host;
  options.port = flags.integer('p') ?? options.port;
  options.serverName = flags.text('n') ?? options.serverName;
  options.pidFile = flags.text('P') ?? options.pidFile;
  options.portsFileDir = flags.text('ports_file_dir') ?? options.portsFileDir;
  options.clientAdvertise = flags.text('client_advertise') ?? options.clientAdvertise;
  options.monitoring.port = flags.integer('m') ?? options.monitoring.port;
  options.monitoring.httpsPort = flags.integer('ms') ?? options.monitoring.httpsPort;
  options.profPort = flags.integer('profile') ?? options.profPort;
  applyJetStream(flags, draft);
  applyLogging(flags, options.logging);
  const { authorization } = options;
  authorization.user = flags.text('user') ?? authorization.user;
  authorization.pass = flags.text('pass') ?? authorization.pass;
  authorization.token = flags.text('auth') ?? authorization.token;
  applyTls(flags, draft);
}

function refuseLater(flags: Flags, warnings: string[]): void {
  for (const [name, spelling] of [
    ['cluster', '--cluster'],
    ['cluster_listen', '--cluster_listen'],
    ['routes', '--routes'],
  ]) {
    const asked = flags.boolean(name) || flags.text(name) !== undefined;
    if (asked) throw new ConfigError(`${spelling} is not supported yet`);
  }
  for (const name of ['cluster_name', 'cluster_advertise', 'no_advertise', 'connect_retries']) {
    if (flags.isGiven(name)) warnings.push(`--${name} has no effect`);
  }
}

function applyJetStream(flags: Flags, draft: Draft): void {
  const on = flags.boolean('js');
  if (on === false) draft.options.jetstream = undefined;
  if (on) draft.options.jetstream ??= defaultJetStreamOptions();
  draft.storeDir = flags.text('sd') ?? draft.storeDir;
}

function applyLogging(flags: Flags, logging: LoggingOptions): void {
  const set = (field: 'debug' | 'trace' | 'traceVerbose' | 'logtime' | 'logtimeUtc' | 'syslog', names: string[]) => {
    for (const name of names) logging[field] = flags.boolean(name) ?? logging[field];
  };
  set('debug', ['D', 'DV', 'DVV']);
  set('trace', ['V', 'VV', 'DV', 'DVV']);
  set('traceVerbose', ['VV', 'DVV']);
  set('logtime', ['T']);
  set('logtimeUtc', ['logtime_utc']);
  set('syslog', ['s']);
  logging.file = flags.text('l') ?? logging.file;
  logging.remoteSyslog = flags.text('r') ?? logging.remoteSyslog;
  logging.sizeLimitBytes = flags.integer('log_size_limit') ?? logging.sizeLimitBytes;
  logging.maxTracedMsgLenBytes = flags.integer('max_traced_msg_len') ?? logging.maxTracedMsgLenBytes;
}

/** Any flag of TLS but `--tls=false` turns it on. */
function applyTls(flags: Flags, { options, readFile }: Draft): void {
  const certFile = flags.text('tlscert');
  const keyFile = flags.text('tlskey');
  const caFile = flags.text('tlscacert');
  const verify = flags.boolean('tlsverify');
  if (flags.boolean('tls') === false) {
    options.tls = undefined;
    return;
  }
  if (!flags.boolean('tls') && !verify && (certFile ?? keyFile ?? caFile) === undefined) return;
  const tls = options.tls ?? defaultTlsOptions();
  options.tls = tls;
  tls.certFile = certFile ?? tls.certFile;
  tls.keyFile = keyFile ?? tls.keyFile;
  tls.caFile = caFile ?? tls.caFile;
  tls.verify = verify ?? tls.verify;
  if (tls.certFile === undefined) throw new ConfigError('TLS Server certificate must be present and valid');
  if (tls.keyFile === undefined) throw new ConfigError('TLS Server private key must be present and valid');
  checkTlsFiles(tls, readFile);
}
