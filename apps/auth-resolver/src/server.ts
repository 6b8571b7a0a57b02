import type { AuthRequest, Link, Member, MemberHandlers, NodeIdentity, Peer } from '@skein/bus';
import { completeOptions, systemAccountOf } from '@skein/config/options';
import { answerDiagnostics } from '@skein/diagnostics';
import { Histogram } from '@skein/metrics/histogram';
import { isOperatorMode } from '@skein/trust/options';
import { Audit, accountChanges } from './audit.ts';
import { Authenticator, type Recheck } from './authenticator.ts';
import type { DelegatedLogins } from './callout/delegated-logins.ts';
import type { Ask, CalloutService } from './callout/service.ts';
import { type Decision, isFailure } from './decision.ts';
import { compileDirectory, type Directory, DirectoryError } from './directory.ts';
import { FailedLogins } from './failed-logins.ts';
import { enforceLimits, loweredLimits } from './lowered-limits.ts';
import type { OpenOperatorMode } from './operator/open.ts';
import { type AuthConfiguration, type AuthResolverOptions, component } from './options.ts';
import { BcryptQueue } from './passwords/bcrypt-queue.ts';
import { Passwords } from './passwords/passwords.ts';

/** Connections in one `recheck` request. */
export const rechecksMax = 1024;

/** After this long what has been found out is answered, and the rest is left to be asked again. */
export const recheckMs = 2000;

/** Several requests of each of 64 gateways. */
const reachingMax = 256;

/** What a gateway asks with after a reload. */
export interface RecheckRequest {
  /** Of the configuration that was committed. */
  revision: number;
  /** What each connection was let in with; at most `rechecksMax`. */
  connections: AuthRequest[];
}

/** What a gateway tells when it has let somebody in by itself. */
interface StandInLoginsMessage {
  logins: { request: AuthRequest; account: string; user: string; unixMs: number }[];
  /** That it can't tell of any more. */
  forgotten: number;
}

export interface AuthResolver {
  /** Resolves when gateways can ask. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** What it answers to `stats`. */
  figures(): Record<string, unknown>;
}

/** Answers the gateways' question who a client is. Nothing of it outlives the process but the configuration's own. */
export function createAuthResolver(options: AuthResolverOptions): AuthResolver {
  return new Server(options);
}

class Server implements AuthResolver {
  private readonly options: AuthResolverOptions;
  private readonly member: Member;
  private readonly bcrypt: BcryptQueue;
  private readonly passwords: Passwords;
  private readonly loginSeconds = new Histogram();
  private authenticator: Authenticator | undefined;
  private checked: Directory | undefined;
  private revision = 0;
  private reaching: (() => void)[] = [];
  /** In operator mode users are known by tokens, not by the directory. */
  private operator: OpenOperatorMode | undefined;
  private opening: Promise<OpenOperatorMode> | undefined;
  private identity: NodeIdentity | undefined;
  private configuration: AuthConfiguration | undefined;
  /** Made when the first service is asked. */
  private callout: CalloutService | undefined;
  /** Where the configuration names a service that decides. */
  private delegated: Promise<DelegatedLogins> | undefined;
  /** Absent: an address may fail as often as it likes. */
  private failures: FailedLogins | undefined;
  private audit: Audit | undefined;

  constructor(options: AuthResolverOptions) {
    const { createMember, startBcryptWorker } = options;
    this.options = options;
    this.bcrypt = new BcryptQueue(startBcryptWorker, options.runtime, 0);
    this.passwords = new Passwords(this.bcrypt.compare);
    this.member = createMember({ ...options, component, wantsInterest: false, handlers: this.handlers() });
    this.member.handle('recheck', (body) => this.recheck(body));
    this.member.handle('stand-in-logins', (body, from) => this.toldOfLogins(JSON.parse(body), from));
    answerDiagnostics(this.member);
  }

  async start(): Promise<void> {
    const { configuration: given, revision, identity } = await this.member.start();
    const configuration = completeOptions(given as AuthConfiguration);
    this.identity = identity;
    this.configuration = configuration;
    if (isOperatorMode(configuration.trust)) {
      const { runtime, log } = this.options;
      this.opening = import('./operator/open.ts').then(({ openOperatorMode }) =>
        openOperatorMode({
          configuration,
          identity,
          member: this.member,
          ask: this.ask,
          changed: (change) => this.audit?.account(change),
          runtime,
          log,
        }),
      );
      this.operator = await this.opening;
    }
    this.use(configuration, revision);
  }

  figures(): Record<string, unknown> {
    return this.member.figures();
  }

  async stop(): Promise<void> {
    this.bcrypt.close();
    await this.operator?.close();
    this.audit?.close();
    await this.member.stop();
  }

  private handlers(): MemberHandlers {
    return {
      authenticate: (request, link) => this.authenticate(request, link),
      deliver: (...message) => {
        if (this.callout?.deliver(...message) !== true) this.operator?.listener?.deliver(...message);
      },
      redeclare: (emit) => {
        this.callout?.redeclare(emit);
        return this.operator?.listener?.redeclare(emit);
      },
      settled: () => this.callout?.settled(),
      peerUp: (link) => this.operator?.joined(link),
      peerLeft: (peer) => this.operator?.left(peer.id),
      check: (configuration) => this.checkConfiguration(completeOptions(configuration as AuthConfiguration)),
      commit: (configuration, revision) => this.use(completeOptions(configuration as AuthConfiguration), revision),
      rollback: () => {
        this.checked = undefined;
      },
      stats: () => ({
        ...(this.operator?.mode ?? this.authenticator)?.figures,
        ...this.operator?.figures(),
        calloutsAsked: this.callout?.figures.asked ?? 0,
        calloutsUnanswered: this.callout?.figures.unanswered ?? 0,
        calloutsWaiting: this.callout?.outstanding ?? 0,
        addressesFailing: this.failures?.addresses ?? 0,
        auditRecordsLost: this.audit?.lost ?? 0,
        loginsLimited: this.failures?.limited ?? 0,
        loginSeconds: this.loginSeconds.figures(),
        logLinesDropped: this.options.logLinesDropped?.(),
        passwordsWaiting: this.bcrypt.length,
        passwordsRemembered: this.passwords.remembered,
      }),
      shutdown: this.options.onShutdown,
    };
  }

  private authenticate(request: AuthRequest, link: Link): Decision | Promise<Decision> {
    if (this.authenticator === undefined) {
      // What the gateways know of accounts is being found out: they are not to be refused for that.
      if (this.opening !== undefined) return this.opening.then(() => this.authenticate(request, link));
      return { allowed: false, error: '', reason: 'the auth-resolver is starting', cause: 'starting' };
    }
    const { runtime } = this.options;
    const startMs = runtime.now();
    const decided = (decision: Decision): Decision => {
      this.loginSeconds.observe((runtime.now() - startMs) / 1000);
      if (isFailure(decision)) this.failures?.failed(request.host);
      this.audit?.login(request, decision);
      return decision;
    };
    if (this.failures?.mayTry(request.host) === false) {
      const reason = `too many failing logins from ${request.host}`;
      const decision: Decision = { allowed: false, error: '', reason, cause: 'limited' };
      this.audit?.login(request, decision);
      return decision;
    }
    const answer =
      this.operator?.mode.login(request, link.peer.id, link) ??
      this.delegated?.then((logins) => logins.check(request, link)) ??
      this.authenticator.check(request);
    return answer instanceof Promise ? answer.then(decided) : decided(answer);
  }

  /** Gateways let these in while this process was away. */
  private toldOfLogins({ logins, forgotten }: StandInLoginsMessage, from: Peer | undefined): string {
    for (const { request, account, user, unixMs } of logins) {
      const rights = { expiresUnixMs: 0, subscriptionsMax: 0, payloadBytesMax: 0 };
      const gateway = from?.instance ?? 0;
      this.audit?.login(request, { allowed: true, account, user, ...rights }, { gateway, unixMs });
    }
    this.audit?.lose(forgotten);
    return '{}';
  }

  private checkConfiguration(configuration: AuthConfiguration): string | undefined {
    try {
      this.checked = compileDirectory(configuration);
      this.operator?.check(configuration);
      return undefined;
    } catch (error) {
      if (error instanceof DirectoryError || (error as Error).name === 'TrustError') return (error as Error).message;
      throw error;
    }
  }

  private use(configuration: AuthConfiguration, revision: number): void {
    // A restarted router may commit what this process never checked.
    const directory = this.checked ?? compileDirectory(configuration);
    this.checked = undefined;
    this.bcrypt.timeoutMs = directory.authTimeoutMs;
    if (this.authenticator === undefined) this.authenticator = new Authenticator(directory, this.passwords);
    else this.authenticator.use(directory);
    this.delegated = this.delegate(directory, this.authenticator);
    this.useSkein(configuration);
    this.lower(configuration, revision);
    this.configuration = configuration;
    this.revision = revision;
    this.operator?.use(configuration);
    for (const resolve of this.reaching.splice(0)) resolve();
    this.options.onConfigured(configuration);
  }

  /** Where fewer clients may be in an account than before. */
  private lower({ accounts }: AuthConfiguration, revision: number): void {
    const names = loweredLimits(this.configuration?.accounts ?? [], accounts);
    if (names.length === 0) return;
    const { log, runtime } = this.options;
    const wait = (ms: number): Promise<void> => new Promise((resolve) => void runtime.setTimer(ms, resolve));
    enforceLimits(this.member, wait, names, revision).catch((error: Error) =>
      log.error(`clients beyond an account's limit may have stayed: ${error.message}`),
    );
  }

  private useSkein({ skein, accounts }: AuthConfiguration): void {
    const { runtime, log } = this.options;
    if (skein?.logins === undefined) this.failures = undefined;
    else if (this.failures !== undefined) this.failures.use(skein.logins);
    else this.failures = new FailedLogins(skein.logins, () => runtime.now());
    if (skein?.audit !== undefined) {
      this.audit ??= new Audit({
        identity: this.identity as NodeIdentity,
        wallMs: () => runtime.wallMs(),
        publish: (subject, text) => this.say(subject, text),
        log,
      });
    }
    this.audit?.use(skein?.audit);
    if (this.revision === 0 || this.configuration === undefined) return;
    for (const change of accountChanges(this.configuration.accounts, accounts)) this.audit?.account(change);
  }

  /** In the system account, by any gateway. */
  private say(subject: string, text: string): boolean {
    const account = this.configuration && systemAccountOf(this.configuration);
    const link = this.member.linkTo('gateway');
    if (account === undefined || link === undefined) return false;
    const [to, payload, none] = [Buffer.from(subject), Buffer.from(text), Buffer.alloc(0)];
    return link.publish(Buffer.from(account), to, 0, to.length, none, 0, 0, 0, payload, 0, payload.length);
  }

  private delegate(directory: Directory, authenticator: Authenticator): Promise<DelegatedLogins> | undefined {
    const { callout, accounts } = directory;
    if (callout === undefined || this.operator !== undefined) return undefined;
    const wallMs = (): number => this.options.runtime.wallMs();
    return Promise.all([import('./callout/delegated-logins.ts'), import('./callout/delegation.ts')]).then(
      ([{ DelegatedLogins }, { Delegation }]) => {
        const delegation = new Delegation({ callout, accounts, ask: this.ask, wallMs });
        return new DelegatedLogins({ callout, authenticator, delegation });
      },
    );
  }

  /** Loaded when a service is asked: most nodes have none. */
  private ask: Ask = async (caller, place, link) => {
    const { log, runtime } = this.options;
    const { CalloutService } = await import('./callout/service.ts');
    this.callout ??= new CalloutService({
      member: this.member,
      identity: this.identity as NodeIdentity,
      facts: () => {
        const { host, serverTags, authTimeoutMs } = this.configuration as AuthConfiguration;
        return { host, tags: serverTags, authTimeoutMs };
      },
      runtime,
    });
    const answer = await this.callout.ask(caller, place, link);
    if ('detail' in answer) log.warn(answer.detail);
    return answer;
  };

  /**
   * After a reload a gateway asks again for its live connections. Body: `RecheckRequest` in JSON; the answer is an array of
   * `Recheck`, in the same order. Ends after `recheckMs`, or when yet another configuration is in force, so that nobody is
   * worked for who asks no more.
   */
  private async recheck(body: string): Promise<string> {
    const { revision, connections } = JSON.parse(body) as RecheckRequest;
    if (connections.length > rechecksMax) throw new Error(`more than ${rechecksMax} connections in one request`);
    await this.reach(revision);
    const authenticator = this.operator?.mode ?? (await this.delegated) ?? this.authenticator;
    if (authenticator === undefined) throw new Error('the auth-resolver is starting');
    const { runtime } = this.options;
    const answers: Recheck[] = [];
    const endMs = runtime.now() + recheckMs;
    const current = this.revision;
    // One after the other: these must not push logins out of the queue.
    for (const request of connections) {
      const goesOn = runtime.now() < endMs && this.revision === current;
      const answer: Recheck = goesOn
        ? await authenticator.recheck(request)
        : { outcome: 'unchecked', reason: 'no time' };
      this.audit?.recheck(request, answer);
      answers.push(answer);
    }
    return JSON.stringify(answers);
  }

  /** The gateway may have been told of the configuration sooner than this process. */
  private async reach(revision: number): Promise<void> {
    while (this.revision < revision) {
      if (this.reaching.length >= reachingMax) throw new Error('too many gateways ask for a configuration to come');
      await new Promise<void>((resolve) => this.reaching.push(resolve));
    }
  }
}
