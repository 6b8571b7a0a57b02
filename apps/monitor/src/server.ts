import { createMember, type Registration, systemRuntime, unixTransport } from '@skein/bus';
import { completeOptions, systemAccountOf } from '@skein/config/options';
import { answerDiagnostics } from '@skein/diagnostics';
import { memberIdentity, type ProcessContext, RESTART, type RunningProcess } from '@skein/process';
import type { MonitorConfiguration } from './configuration.ts';
import type { RunningHttp } from './http/http.ts';
import { Monitor } from './monitor.ts';
import { readProcessList } from './process-list.ts';
import { Profiles } from './profiling/profiles.ts';
import { SystemAccount } from './system/system-account.ts';
import { TotalsFile } from './totals-file.ts';

/** The monitor as a process of a node. Resolves when it is registered and, if configured, serves HTTP. */
export async function createMonitorProcess(context: ProcessContext): Promise<RunningProcess> {
  let monitor: Monitor | undefined;
  let http: RunningHttp | undefined;
  let systemAccount: SystemAccount | undefined;
  const runtime = systemRuntime();
  const member = createMember({
    component: 'monitor',
    ...memberIdentity(context),
    runtime,
    transport: unixTransport(),
    wantsInterest: false,
    handlers: {
      check: (configuration) => http?.check(configuration as MonitorConfiguration),
      commit: (given) => {
        const configuration = completeOptions(given as MonitorConfiguration);
        context.log.configure(configuration.logging);
        monitor?.configure(configuration);
        http?.use(configuration);
      },
      stats: () => ({ ...monitor?.figures(), logLinesDropped: context.log.dropped }),
      shutdown: (reason, refused) => context.exit(refused ? 1 : 0, reason),
      deliver: (...message) => systemAccount?.deliver(...message),
      redeclare: (emit) => systemAccount?.redeclare(emit),
    },
  });
  answerDiagnostics(member);
  const registration: Registration = await member.start();
  const configuration = completeOptions(registration.configuration as MonitorConfiguration);
  context.log.configure(configuration.logging);
  const totals = new TotalsFile(context.runDir, registration.identity);
  monitor = new Monitor({
    member,
    identity: registration.identity,
    configuration,
    pid: context.pid,
    instance: context.instance,
    processList: () => readProcessList(context.runDir),
    now: () => performance.now(),
    wallMs: () => Date.now(),
    totals: await totals.load(),
    keepTotals: (shown) => totals.save(shown),
  });
  const profiles = new Profiles(member, context.instance, () => Date.now());
  const account = systemAccountOf(configuration);
  if (account !== undefined) {
    const { identity } = registration;
    systemAccount = new SystemAccount({ member, runtime, monitor, identity, account, profiles, log: context.log });
    systemAccount.start();
  }
  http = await listen(monitor, configuration);
  const profiling = await listenForProfiles(monitor, profiles);
  context.ready({ ...http?.ports, ...(profiling !== undefined && { profile: configuration.profPort }) });
  return {
    figures: () => member.figures(),
    lameDuck() {
      monitor.lameDuck = true;
      systemAccount?.sayFarewell('LAMEDUCK');
    },
    async close(reason) {
      // Without a supervisor nobody knows whether the others end, too.
      systemAccount?.stop(context.supervised && reason !== RESTART);
      await Promise.all([http?.close(), profiling?.close()]);
      await member.stop();
    },
  };
}

/** HTTP and its library are loaded only where they are used: most nodes of a test run have no monitoring port. */
async function listen(monitor: Monitor, configuration: MonitorConfiguration): Promise<RunningHttp | undefined> {
  const { port, httpsPort } = configuration.monitoring;
  if (port === 0 && httpsPort === 0) return undefined;
  const { startHttp } = await import('./http/http.ts');
  return startHttp(monitor, configuration);
}

async function listenForProfiles(monitor: Monitor, profiles: Profiles) {
  const { host, profPort } = monitor.configuration;
  if (profPort === 0) return undefined;
  const { startProfilingHttp } = await import('./profiling/http.ts');
  return startProfilingHttp(profiles, () => monitor.configuration.skein.monitoring, host, profPort);
}
