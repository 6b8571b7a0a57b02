import { endpoint, ok } from './endpoint.ts';

/** Queues of what the server says and hears in the system account; one in which nothing waits is shown with `all` only. */
export const ipqueuesz = endpoint({
  name: 'IPQUEUESZ',
  fields: {
    all: { kind: 'bool', query: 'all', body: 'all' },
    filter: { kind: 'string', query: 'queues', body: 'filter' },
  },
  answer: () => ok({}),
});
