import { accountStat } from '@skein/events';
import { accountStatistics, noFigures } from '../account-statistics.ts';
import { operatorAccountNames } from '../operator-accounts.ts';
import { endpoint, isoTime, ok } from './endpoint.ts';
import { NotForThisServer } from './not-for-this-server.ts';

/** Those that have connections, or with `unused` all; the service of the same content is `$SYS.REQ.ACCOUNT.PING.STATZ`. */
export const accstatz = endpoint({
  name: 'ACCSTATZ',
  structs: ['AccountStatzEventOptions', 'AccountStatzOptions'],
  fields: {
    accounts: { kind: 'strings', body: 'accounts' },
    includeUnused: { kind: 'bool', query: 'unused', body: 'include_unused' },
  },
  forAccount: (options, account) => ({ ...options, accounts: [account] }),
  async answer(monitor, { accounts, includeUnused }) {
    const known = [...new Set([...monitor.accountNames(), ...(await operatorAccountNames(monitor))])];
    const chosen = accounts.length > 0 ? accounts.filter((name) => known.includes(name)) : known;
    const { accounts: figures, staleness } = await accountStatistics(
      monitor.gather,
      includeUnused || accounts.length > 0 ? chosen : undefined,
    );
    const all = (accounts.length > 0 || includeUnused ? chosen : [...figures.keys()].sort()).map(
      (name) => figures.get(name) ?? noFigures(name),
    );
    const shown = all.filter(({ connections }) => includeUnused || connections > 0);
    // Nobody of those asked for is here: another server may have them (nats-server 2.15).
    if (accounts.length > 0 && !includeUnused && shown.length === 0) throw new NotForThisServer('no such accounts');
    return ok({
      server_id: monitor.identity.serverId,
      now: isoTime(monitor.wallMs()),
      account_statz: shown.map(accountStat),
      ...staleness,
    });
  },
});
