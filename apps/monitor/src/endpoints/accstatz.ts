import { endpoint, isoTime, ok } from './endpoint.ts';

/** The service of the same content is called `$SYS.REQ.ACCOUNT.PING.STATZ`. */
export const accstatz = endpoint({
  name: 'ACCSTATZ',
  structs: ['AccountStatzEventOptions', 'AccountStatzOptions'],
  fields: {
    accounts: { kind: 'strings', body: 'accounts' },
    includeUnused: { kind: 'bool', query: 'unused', body: 'include_unused' },
  },
  forAccount: (options, account) => ({ ...options, accounts: [account], includeUnused: true }),
  answer: (monitor) => ok({ server_id: monitor.identity.serverId, now: isoTime(monitor.wallMs()), account_statz: [] }),
});
