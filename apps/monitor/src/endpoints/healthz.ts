import type { Monitor } from '../monitor.ts';
import type { Page } from './endpoint.ts';

/** Well: clients can connect, and new subscriptions settle. */
export function healthz(monitor: Monitor): Page {
  const problem = problemOf(monitor);
  if (problem === undefined) return { status: 200, body: { status: 'ok' }, compact: true };
  return { status: 503, body: { status: 'unavailable', status_code: 503, error: problem }, compact: true };
}

function problemOf(monitor: Monitor): string | undefined {
  if (!monitor.routerUp) return 'the router is not there';
  if (monitor.peersOf('gateway').length === 0) return 'no gateway is there';
  if (monitor.peersOf('auth-resolver').length === 0) return 'the auth-resolver is not there';
  return undefined;
}
