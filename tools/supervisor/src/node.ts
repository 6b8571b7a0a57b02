import { join } from 'node:path';
import { NATS_VERSION, notYet, type ServerOptions } from '@skein/config';
import { ownStacks, stacksText } from '@skein/diagnostics';
import { createLogger, type Logger, Timestamp, wallClock } from '@skein/log';
import { createCurveKey, createServerKey } from '@skein/nkeys';
import { processorWaitMs, productVersion } from '@skein/process';
import { isOperatorMode } from '@skein/trust/options';
import { logBanner, logListening } from './banner.ts';
import { type StartChild, startChild } from './child.ts';
import { type ComponentName, programOf } from './components.ts';
import { CONTROL_SOCKET, listenForControl } from './control.ts';
import type { JetStreamStart } from './jetstream-start.ts';
import { LogTarget } from './log-target.ts';
import { NodeFiles } from './node-files.ts';
import { ListenError, resolvePorts } from './ports.ts';
import { createRunDir, removeStaleRunDirs } from './run-dir.ts';
import { StartError, Supervisor } from './supervisor.ts';

export interface NodeOptions {
  options: ServerOptions;
  /** As given with `-c`. */
  configFile?: string;
  /** The command line without program and script: a reload reads it again. */
  argv: readonly string[];
  startChild?: StartChild;
  programOf?: (component: ComponentName) => string;
}

/** A start that failed; the reason has been logged. */
export class NodeStartError extends Error {}

/** A running node. */
export interface RunningNode {
  readonly log: Logger;
  /** With ports of -1 resolved. */
  readonly options: ServerOptions;
  reload(): void;
  reopenLog(): void;
  /** What every process of the node does at this moment, as text. Takes two seconds at most. */
  stacks(): Promise<string>;
  /** Lets go of the clients, one after the other; resolves when nobody is left. It is to be stopped then. */
  lameDuck(): Promise<void>;
  stop(reason: string): Promise<void>;
}

/** Starts a node and resolves when it serves clients ('Server is ready' is logged). Rejects with a NodeStartError. */
export async function startNode(given: NodeOptions): Promise<RunningNode> {
  const now = wallClock();
  const { logging } = given.options;
  const target = await LogTarget.open(logging, {
    pid: process.pid,
    now,
    rotated: (backup) => log.info(`Rotated log, backup saved as "${backup}"`),
    purged: (name) => log.info(`Purged log file "${name}"`),
  }).catch((error: Error) => {
    process.stderr.write(`${new Timestamp(false).format(Date.now()).slice(0, 19)} ${error.message}\n`);
    throw new NodeStartError(error.message);
  });
  const log = createLogger({ sink: target, pid: process.pid, process: 'supervisor', now, settings: logging });
  return startLogged(given, target, log).catch(async (error: Error) => {
    await target.close();
    throw error;
  });
}

async function startLogged(given: NodeOptions, target: LogTarget, log: Logger): Promise<RunningNode> {
  const startedUnixMs = Date.now();
  const identity = createIdentity(given.options, startedUnixMs);
  logBanner(log, {
    version: NATS_VERSION,
    runtime: `node${process.versions.node}`,
    serverName: identity.serverName,
    serverId: identity.serverId,
    configFile: given.configFile,
    configDigest: given.options.configDigest,
  });
  for (const warning of [...given.options.warnings, ...notYet(given.options)]) log.warn(warning);

  if (isOperatorMode(given.options.trust)) {
    const { accountServerFault, logOperatorMode, operatorModeFault } = await import('./operator-mode.ts');
    const fault = operatorModeFault(given.options, startedUnixMs) ?? (await accountServerFault(given.options));
    if (fault !== undefined) throw fatal(log, fault);
    logOperatorMode(log, given.options);
  }

  let jetstream: JetStreamStart | undefined;
  if (given.options.jetstream !== undefined) {
    const { startJetStream, JetStreamError } = await import('./jetstream-start.ts');
    try {
      jetstream = startJetStream(given.options, log, () => performance.now());
    } catch (error) {
      if (error instanceof JetStreamError) throw fatal(log, error.message);
      throw error;
    }
  }

  const options = await resolvePorts(jetstream?.options ?? given.options).catch((error: Error) => {
    if (error instanceof ListenError) throw fatal(log, error.message);
    throw error;
  });

  const runDir = createRunDir(process.pid);
  await listenForControl(join(runDir.path, CONTROL_SOCKET), (component, instance) =>
    supervisor.restart(component, instance),
  );
  const cwd = process.cwd();
  runDir.writeJson('state.json', { options, revision: 1, argv: given.argv, cwd, identity });
  const files = new NodeFiles(log);
  const supervisor = new Supervisor({
    options,
    runDir,
    log,
    startChild: given.startChild ?? startChild,
    clock: {
      now: () => performance.now(),
      wallMs: () => Date.now(),
      after: (ms, fn) => {
        setTimeout(fn, ms).unref();
      },
    },
    processorWaitMs,
    programOf: given.programOf ?? programOf,
    lines: (name, text) => target.writeOf(name, text),
    optionsChanged: (changed) => {
      log.configure(changed.logging);
      files.tellPid(changed);
      files.tellPorts(changed);
      target.follow(changed.logging).catch((error: Error) => {
        log.error(`The log stays where it is: ${error.message}`);
      });
    },
  });

  files.tellPid(options);
  await supervisor.start().catch(async (error: Error) => {
    await supervisor.stop('start failed');
    runDir.remove();
    if (error instanceof StartError) throw fatal(log, `Could not start: ${error.message}`);
    throw error;
  });
  jetstream?.done();
  logListening(log, options);
  // Nobody waits for it.
  void removeStaleRunDirs();
  files.tellPorts(options);

  return {
    log,
    options,
    reload: () => supervisor.reload(),
    reopenLog: () => log.info(target.reopen() ? 'File log re-opened' : 'File log re-open ignored, not a file logger'),
    stacks: async () => [stacksText('supervisor', process.pid, ownStacks()), await supervisor.stacks()].join('\n'),
    lameDuck: () => {
      log.info('Entering lame duck mode, stop accepting new clients');
      return supervisor.lameDuck();
    },
    stop: async (reason) => {
      log.info('Initiating Shutdown...');
      await supervisor.stop(reason);
      files.remove();
      runDir.remove();
      log.info('Server Exiting..');
      await target.close();
    },
  };
}

function fatal(log: Logger, text: string): NodeStartError {
  log.fatal(text);
  return new NodeStartError(text);
}

/** Who this node is, from the first line of its log on. The router takes it from the state file. */
function createIdentity(options: ServerOptions, startedUnixMs: number) {
  const server = createServerKey();
  const curve = createCurveKey();
  return {
    serverId: server.publicKey,
    serverSeed: server.seed,
    serverName: options.serverName ?? server.publicKey,
    version: NATS_VERSION,
    xkey: curve.publicKey,
    xkeySeed: curve.seed,
    productVersion,
    startedUnixMs,
  };
}
