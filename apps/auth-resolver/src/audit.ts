import type { AuthRequest, NodeIdentity } from '@skein/bus';
import type { AccountOptions, AuditOptions } from '@skein/config';
import { fileSink, type LineSink } from '@skein/log';
import type { Recheck } from './authenticator.ts';
import { readCredentials, shownName } from './credentials.ts';
import type { Decision } from './decision.ts';

/** Of an account: by whom it was changed is who has signed its token; in the configuration, nobody in particular. */
export interface AccountChange {
  account: string;
  action: 'added' | 'changed' | 'removed';
  /** Public key. */
  by?: string;
  reason: string;
}

/** What differs between the accounts of two configurations. */
export function accountChanges(before: readonly AccountOptions[], now: readonly AccountOptions[]): AccountChange[] {
  const texts = (accounts: readonly AccountOptions[]): Map<string, string> =>
    new Map(accounts.map((account) => [account.definition.name, JSON.stringify(account)]));
  const [old, next] = [texts(before), texts(now)];
  const changes: AccountChange[] = [];
  for (const account of new Set([...old.keys(), ...next.keys()])) {
    if (old.get(account) === next.get(account)) continue;
    const action = !old.has(account) ? 'added' : !next.has(account) ? 'removed' : 'changed';
    changes.push({ account, action, reason: 'configuration' });
  }
  return changes;
}

export interface AuditTargets {
  identity: NodeIdentity;
  wallMs(): number;
  /** Says it in the system account; false: nobody took it. */
  publish(subject: string, text: string): boolean;
  log: { error(text: string): void };
}

/** Tells of each decision about who comes in, and of each change of an account: lines of JSON in a file, messages. Never a secret. */
export class Audit {
  readonly #targets: AuditTargets;
  #options: AuditOptions = { sizeLimitBytes: 0, maxFiles: 0 };
  #sink: LineSink | undefined;
  #lost = 0;

  constructor(targets: AuditTargets) {
    this.#targets = targets;
  }

  /** Records that went to neither. */
  get lost(): number {
    return this.#lost + (this.#sink?.dropped ?? 0);
  }

  /** Undefined: nothing is told any more. */
  use(options: AuditOptions = { sizeLimitBytes: 0, maxFiles: 0 }): void {
    if (JSON.stringify(options) === JSON.stringify(this.#options)) return;
    this.#lost = this.lost;
    this.#sink?.close();
    this.#sink = undefined;
    this.#options = options;
    const { file, sizeLimitBytes, maxFiles } = options;
    if (file === undefined) return;
    try {
      this.#sink = fileSink({ file, sizeLimitBytes, maxFiles, now: this.#targets.wallMs });
    } catch (error) {
      this.#targets.log.error(`audit: ${(error as Error).message}`);
    }
  }

  /** @param by who has decided it, and when; absent: this process, now */
  login(request: AuthRequest, decision: Decision, by?: { gateway: number; unixMs: number }): void {
    if (!this.#isOn) return;
    const { allowed, cause } = decision;
    this.#tell('authentication', {
      ...(by && { time: new Date(by.unixMs).toISOString() }),
      ...whoIn(request),
      ...(by && { gateway: by.gateway }),
      decision: allowed ? 'allowed' : 'refused',
      ...(allowed ? { account: decision.account, user: decision.user } : { reason: cause, detail: decision.detail }),
    });
  }

  /** Of a live connection: only when it has to go. */
  recheck(request: AuthRequest, { outcome, ...rest }: Recheck): void {
    if (!this.#isOn || outcome === 'stays' || outcome === 'unchecked') return;
    this.#tell('recheck', { ...whoIn(request), decision: outcome, ...('reason' in rest && { detail: rest.reason }) });
  }

  /** Gateways had more to tell than they could keep. */
  lose(count: number): void {
    if (this.#isOn) this.#lost += count;
  }

  account(change: AccountChange): void {
    if (this.#isOn) this.#tell('account', { ...change });
  }

  close(): void {
    this.#sink?.close();
    this.#sink = undefined;
  }

  get #isOn(): boolean {
    return this.#options.file !== undefined || this.#options.subject !== undefined;
  }

  #tell(type: string, record: object): void {
    const { identity, wallMs, publish } = this.#targets;
    const { file, subject } = this.#options;
    const { serverId: id, serverName: name } = identity;
    const text = JSON.stringify({ type, time: new Date(wallMs()).toISOString(), server: { name, id }, ...record });
    if (file !== undefined) {
      if (this.#sink === undefined) this.#lost++;
      else this.#sink.write(`${text}\n`);
    }
    if (subject !== undefined && !publish(subject === true ? `$SYS.SERVER.${id}.AUDIT` : subject, text)) this.#lost++;
  }
}

function whoIn({ connection, connectJson, host, kind, tls, certificateSubject }: AuthRequest): object {
  const credentials = readCredentials(connectJson);
  const shown = credentials === undefined ? '' : shownName(credentials);
  return {
    from: host,
    connection,
    kind,
    tls,
    shown,
    ...(certificateSubject !== '' && { certificate: certificateSubject }),
  };
}
