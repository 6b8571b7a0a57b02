import { endpoint, isoTime, ok } from './endpoint.ts';
import { subscriptionFields } from './options.ts';

export const routez = endpoint({
  name: 'ROUTEZ',
  fields: subscriptionFields,
  answer(monitor) {
    const { serverId, serverName } = monitor.identity;
    return ok({
      server_id: serverId,
      server_name: serverName,
      now: isoTime(monitor.wallMs()),
      num_routes: 0,
      routes: [],
    });
  },
});
