import type { Monitor } from '../monitor.ts';
import { type ProcessReadiness, processReadiness } from '../process-readiness.ts';
import { endpoint, type Page } from './endpoint.ts';
import type { OptionsOf } from './options.ts';

const fields = {
  jsEnabled: { kind: 'bool', query: 'js-enabled', body: 'js-enabled' },
  jsEnabledOnly: { kind: 'bool', query: 'js-enabled-only', body: 'js-enabled-only' },
  jsServerOnly: { kind: 'bool', query: 'js-server-only', body: 'js-server-only' },
  jsMetaOnly: { kind: 'bool', query: 'js-meta-only', body: 'js-meta-only' },
  account: { kind: 'string', query: 'account', body: 'account' },
  stream: { kind: 'string', query: 'stream', body: 'stream' },
  consumer: { kind: 'string', query: 'consumer', body: 'consumer' },
  details: { kind: 'bool', query: 'details', body: 'details' },
} as const;

interface Problem {
  type: string;
  account?: string;
  stream?: string;
  consumer?: string;
  error: string;
}

interface Health {
  status: number;
  word: 'ok' | 'error' | 'unavailable';
  /** As in the list of `details`. */
  problems: Problem[];
  /** Only the first problem is said to who does not ask for details, and to who does that it is an error (nats-server 2.15). */
  ofJetStream?: boolean;
}

/** Well: clients can connect, and new subscriptions settle. */
export const healthz = endpoint({
  name: 'HEALTHZ',
  fields,
  async answer(monitor, options): Promise<Page> {
    const wrong = questionable(options) ?? leaving(monitor);
    if (wrong !== undefined) return page(wrong, options.details);
    const processes = await processReadiness(monitor);
    const problems = troubled(processes).map((one) => ({ type: 'PROCESS', error: describe(one) }));
    if (problems.length > 0)
      return page({ status: 503, word: 'unavailable', problems }, options.details, { processes });
    const jetstream = await jetStreamHealth(monitor, options);
    return page(jetstream ?? { status: 200, word: 'ok', problems }, options.details);
  },
});

/** Over HTTP the status says what a service's answer has as `status_code`. */
function page({ status, word, problems, ofJetStream }: Health, details: boolean, more: object = {}): Page {
  const brief = ofJetStream ? problems.slice(0, 1) : problems;
  const error = brief.length === 0 ? {} : { error: brief.map((one) => one.error).join('; ') };
  const said = { ...(details && problems.length > 0 ? { errors: problems } : error), ...more };
  const shown = ofJetStream && details ? 'error' : word;
  return {
    status,
    compact: true,
    body: { status: shown, ...said },
    data: { status: shown, status_code: status, ...said },
  };
}

function questionable({ account, stream, consumer }: OptionsOf<typeof fields>): Health | undefined {
  const bad = (missing: string, checked: string): Health => ({
    status: 400,
    word: 'error',
    problems: [{ type: 'BAD_REQUEST', error: `"${missing}" must not be empty when checking ${checked} health` }],
  });
  if (stream !== '' && account === '') return bad('account', 'stream');
  if (consumer !== '' && stream === '') return bad('stream', 'consumer');
  return undefined;
}

/** What was asked for is not there, or streams cannot be served; undefined: all is well. */
async function jetStreamHealth(
  monitor: Monitor,
  { jsEnabledOnly, jsServerOnly, jsMetaOnly, account, stream, consumer }: OptionsOf<typeof fields>,
): Promise<Health | undefined> {
  if (monitor.configuration.jetstream === undefined || jsEnabledOnly || jsServerOnly || jsMetaOnly) return undefined;
  const { accounts, troubles } = await monitor.jetstream.totals();
  const isMeant = (one: { account: string; stream: string }): boolean =>
    one.account === '' || ((account === '' || one.account === account) && (stream === '' || one.stream === stream));
  const missing = (type: string, error: string): Health => ({
    status: 404,
    word: 'unavailable',
    problems: [
      { type, account, ...(type !== 'ACCOUNT' && { stream }), ...(type === 'CONSUMER' && { consumer }), error },
    ],
    ofJetStream: true,
  });
  // One that has stored nothing is none to nats-server 2.15.
  if (account !== '' && !accounts.some((one) => one.account === account && one.streams > 0)) {
    return missing('ACCOUNT', `JetStream account "${account}" not found`);
  }
  const problems = troubles
    .filter(isMeant)
    .map((one) => (one.stream === '' ? { type: 'JETSTREAM', error: one.error } : { type: 'STREAM', ...one }));
  if (problems.length > 0) return { status: 503, word: 'unavailable', problems, ofJetStream: true };
  if (stream === '') return undefined;
  const found = await monitor.jetstream.find({ account, stream, consumer });
  if (!found.stream) return missing('STREAM', `JetStream stream "${stream}" not found on account "${account}"`);
  if (consumer === '' || found.consumer) return undefined;
  const where = `for stream "${stream}" on account "${account}"`;
  return missing('CONSUMER', `JetStream consumer "${consumer}" not found ${where}`);
}

/** What sends clients to a server must stop doing so; it is no fault of the server's, hence nats-server's own status. */
function leaving({ lameDuck }: Monitor): Health | undefined {
  if (!lameDuck) return undefined;
  const problems = [{ type: 'CONNECTION', error: 'lame duck mode: no new connections' }];
  return { status: 500, word: 'error', problems };
}

/** Which processes keep the node from serving: a stalled one holds its clients, a missing gateway's go to the others. */
function troubled(processes: readonly ProcessReadiness[]): ProcessReadiness[] {
  const gatewayThere = processes.some(({ component, ready }) => component === 'gateway' && ready);
  return processes.filter(
    ({ component, ready, error }) => !ready && !(component === 'gateway' && gatewayThere && error === 'is not there'),
  );
}

const describe = ({ component, instance, error }: ProcessReadiness): string => `${component} ${instance} ${error}`;
