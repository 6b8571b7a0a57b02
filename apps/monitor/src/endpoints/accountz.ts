import { endpoint, isoTime, ok } from './endpoint.ts';

export const accountz = endpoint({
  name: 'ACCOUNTZ',
  fields: { account: { kind: 'string', query: 'acc', body: 'account' } },
  forAccount: (options, account) => ({ ...options, account }),
  answer(monitor) {
    const systemAccount = monitor.configuration.systemAccount ?? '$SYS';
    const names = monitor.configuration.accounts.map(({ definition }) => definition.name);
    return ok({
      server_id: monitor.identity.serverId,
      now: isoTime(monitor.wallMs()),
      system_account: systemAccount,
      accounts: [...new Set(['$G', systemAccount, ...names])].sort(),
    });
  },
});
