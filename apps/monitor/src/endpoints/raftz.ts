import { endpoint } from './endpoint.ts';

/** There are no groups. */
export const raftz = endpoint({
  name: 'RAFTZ',
  fields: {
    account: { kind: 'string', query: 'acc', body: 'account' },
    group: { kind: 'string', query: 'group', body: 'group' },
  },
  answer: () => ({ status: 404, text: 'No Raft nodes registered', body: {} }),
});
