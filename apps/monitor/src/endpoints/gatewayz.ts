import { endpoint, isoTime, ok } from './endpoint.ts';
import { subscriptionFields } from './options.ts';

/** Links between clusters, not the processes of that name. */
export const gatewayz = endpoint({
  name: 'GATEWAYZ',
  fields: {
    name: { kind: 'string', query: 'gw_name', body: 'name' },
    accounts: { kind: 'bool', query: 'accs', body: 'accounts' },
    accountName: { kind: 'string', query: 'acc_name', body: 'account_name' },
    ...subscriptionFields,
  },
  answer: (monitor) =>
    ok({
      server_id: monitor.identity.serverId,
      now: isoTime(monitor.wallMs()),
      outbound_gateways: {},
      inbound_gateways: {},
    }),
});
