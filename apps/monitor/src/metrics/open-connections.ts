import type { MeasuredConnection } from '@skein/metrics';
import type { Monitor } from '../monitor.ts';
import { inTime } from './in-time.ts';

/** The oldest open connections, at most so many. The oldest: those that were shown before are shown again. */
export async function openConnections(monitor: Monitor, limit: number): Promise<readonly MeasuredConnection[]> {
  const query = { sort: 'cid', state: 'open', offset: 0, limit, nowMs: monitor.wallMs() } as const;
  const page = await inTime(monitor.connectionPages.page(query));
  return page?.connections ?? [];
}
