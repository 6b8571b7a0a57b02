import type { ProcessFigures } from '../figures.ts';
import type { Answer } from '../gather.ts';
import { endpoint, ok } from './endpoint.ts';

/**
 * Queues inside the server: here those between its processes. `pending` counts frames that were sent and not yet worked through. One
 * in which nothing waits is shown with `all` only.
 */
export const ipqueuesz = endpoint({
  name: 'IPQUEUESZ',
  fields: {
    all: { kind: 'bool', query: 'all', body: 'all' },
    /** Part of a name. */
    filter: { kind: 'string', query: 'queues', body: 'filter' },
  },
  async answer(monitor, { all, filter }) {
    const { answers } = await monitor.snapshot();
    const queues = answers
      .flatMap(queuesOf)
      .filter(([name, { pending }]) => (all || pending > 0) && name.includes(filter));
    return ok(Object.fromEntries(queues));
  },
});

function queuesOf({ peer, body: { links } }: Answer<ProcessFigures>): [string, { pending: number }][] {
  const from = `${peer.component} ${peer.instance}`;
  return (links ?? []).map(({ component, instance, framesSent, framesAcked }) => [
    `${from} to ${component} ${instance}`,
    { pending: Math.max(0, framesSent - framesAcked) },
  ]);
}
