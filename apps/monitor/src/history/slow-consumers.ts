import type { ConnectionPages } from '../connection-pages.ts';
import type { GatewayConnection } from '../gateway-connection.ts';

const NAMED_MAX = 5;

/** One line for each slow consumer that was disconnected after `sinceMs`, and one for those beyond the first few. */
export async function slowConsumersSince(
  pages: Pick<ConnectionPages, 'page'>,
  count: number,
  sinceMs: number,
  nowMs: number,
): Promise<string[]> {
  const query = { sort: 'stop', state: 'closed', search: 'slow consumer', offset: 0, limit: NAMED_MAX, nowMs } as const;
  // Without an answer they are still counted.
  const found = await pages.page(query).then(
    (page) => page.connections.filter(({ stopUnixMs = 0 }) => stopUnixMs > sinceMs).slice(0, count),
    () => [],
  );
  const unnamed = count - found.length;
  const texts = found.map(describe);
  if (unnamed > 0)
    texts.push(`${unnamed} ${texts.length > 0 ? 'more ' : ''}slow consumer${unnamed > 1 ? 's' : ''} disconnected`);
  return texts;
}

function describe({ cid, name, ip, port, reason }: GatewayConnection): string {
  const which = name === '' ? `connection ${cid}` : `${name} (connection ${cid})`;
  return `${which} from ${ip}:${port} was disconnected: ${reason}`;
}
