import type { Monitor } from '../monitor.ts';
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
  status: number;
  word: 'error' | 'unavailable';
  /** As in the list of `details`. */
  type: string;
  text: string;
}

/** Well: clients can connect, and new subscriptions settle. */
export const healthz = endpoint({
  name: 'HEALTHZ',
  fields,
  answer(monitor, options): Page {
    const problem = questionable(options) ?? unwell(monitor);
    if (problem === undefined) return page(200, 'ok', {});
    const { status, word, type, text } = problem;
    return page(status, word, options.details ? { errors: [{ type, error: text }] } : { error: text });
  },
});

/** Over HTTP the status says what a service's answer has as `status_code`. */
function page(status: number, word: string, more: object): Page {
  return {
    status,
    compact: true,
    body: { status: word, ...more },
    data: { status: word, status_code: status, ...more },
  };
}

function questionable({ account, stream, consumer }: OptionsOf<typeof fields>): Problem | undefined {
  const bad = (missing: string, checked: string): Problem => ({
    status: 400,
    word: 'error',
    type: 'BAD_REQUEST',
    text: `"${missing}" must not be empty when checking ${checked} health`,
  });
  if (stream !== '' && account === '') return bad('account', 'stream');
  if (consumer !== '' && stream === '') return bad('stream', 'consumer');
  return undefined;
}

function unwell(monitor: Monitor): Problem | undefined {
  // What sends clients to a server must stop doing so; it is no fault of the server's, hence nats-server's own status.
  if (monitor.lameDuck) {
    return { status: 500, word: 'error', type: 'CONNECTION', text: 'lame duck mode: no new connections' };
  }
  const text = problemOf(monitor);
  return text === undefined ? undefined : { status: 503, word: 'unavailable', type: 'PROCESS', text };
}

function problemOf(monitor: Monitor): string | undefined {
  if (!monitor.routerUp) return 'the router is not there';
  if (monitor.peersOf('gateway').length === 0) return 'no gateway is there';
  if (monitor.peersOf('auth-resolver').length === 0) return 'the auth-resolver is not there';
  return undefined;
}
