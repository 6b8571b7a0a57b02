import type { MeasuredConnection } from '@skein/metrics';
import type { Monitor } from '../monitor.ts';

/** A scrape does not wait longer for them: they are missing from it then. */
const DEADLINE_MS = 150;

/** The oldest open connections, at most so many. The oldest: those that were shown before are shown again. */
export async function openConnections(monitor: Monitor, limit: number): Promise<MeasuredConnection[]> {
  const { promise: late, resolve } = Promise.withResolvers<MeasuredConnection[]>();
  const timer = setTimeout(() => resolve([]), DEADLINE_MS);
  const nowMs = monitor.wallMs();
  const page = monitor.connectionPages
    .page({ sort: 'cid', state: 'open', offset: 0, limit, nowMs })
    .then(({ connections }) => connections)
    // No gateway answers, or too many ask.
    .catch(() => []);
  const connections = await Promise.race([page, late]);
  clearTimeout(timer);
  return connections;
}
