import type { WireClient } from '../wire-client.ts';
import { client } from './clients.ts';
import type { Situation } from './situation.ts';

const LISTEN = 'listen: "127.0.0.1:-1"\nhttp: "127.0.0.1:-1"\nserver_name: alpha\n';

const accountsConf = `${LISTEN}
jetstream { store_dir: store, max_mem: 64MB, max_file: 256MB, sync_interval: always }
accounts {
  A { jetstream { max_mem: 8MB, max_file: 16MB, max_streams: 5, max_consumers: 10 }, users: [{ user: a, password: a }] }
  B { jetstream: enabled, users: [{ user: b, password: b }] }
  N { users: [{ user: n, password: n }] }
  SYS { users: [{ user: s, password: s }] }
}
system_account: SYS
`;

/** What the API answers to requests, one after the other. */
async function ask(port: number, user: string, requests: readonly [subject: string, body?: object | string][]) {
  const wire = await client(port, { user, pass: user, headers: true, no_responders: true }, 'SUB inbox 1\r\n');
  for (const [subject, body = ''] of requests) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    await wire.send(`PUB ${subject} inbox ${text.length}\r\n${text}\r\n`);
    await wire.expect(/MSG inbox 1 .*\r\n.*\r\n/);
  }
  return wire;
}

const create = (name: string, config: object): [string, object] => [
  `$JS.API.STREAM.CREATE.${name}`,
  { name, ...config },
];
const consume = (stream: string, name: string, config: object): [string, object] => [
  `$JS.API.CONSUMER.CREATE.${stream}.${name}`,
  { stream_name: stream, config: { name, durable_name: name, ...config } },
];
const times = (count: number, request: [string, string]): [string, string][] =>
  Array.from({ length: count }, () => request);

const streams: Situation = {
  options: { conf: accountsConf },
  // Times in answers have more digits or fewer.
  varying: ['out_bytes', 'out_client_bytes'],
  async prepare({ port }) {
    const a = await ask(port, 'a', [
      create('S', { subjects: ['s.>'], max_bytes: 1_000_000 }),
      create('M', { subjects: ['m.*'], storage: 'memory', max_bytes: 1000 }),
      create('W', { subjects: ['w'], retention: 'workqueue', description: 'work', metadata: { owner: 'x' } }),
      ...times(5, ['s.a', 'hello']),
      ...times(3, ['m.a', 'x']),
      ['$JS.API.STREAM.MSG.DELETE.S', { seq: 3 }],
      consume('S', 'C', { ack_policy: 'explicit' }),
      consume('S', 'N', { ack_policy: 'none', filter_subject: 's.b' }),
      consume('S', 'P', { ack_policy: 'explicit', pause_until: '2036-01-01T00:00:00Z' }),
      consume('M', 'D', { ack_policy: 'all', filter_subject: 'm.a', max_ack_pending: 7 }),
      ['$JS.API.STREAM.INFO.NOPE'],
    ]);
    await acknowledgeOne(a);
    const b = await ask(port, 'b', [create('KV_k', { subjects: ['$KV.k.>'], max_msgs_per_subject: 1 })]);
    for (const one of [a, b]) await one.end();
    return [];
  },
  urls: [
    ...['/varz', '/jsz', '/jsz?accounts=1', '/jsz?streams=1', '/jsz?consumers=1', '/jsz?config=1'],
    ...['/jsz?acc=A', '/jsz?acc=A&streams=1&config=1', '/jsz?acc=A&consumers=1&config=1', '/jsz?acc=B&streams=1'],
    ...[
      '/jsz?acc=N',
      '/jsz?acc=NOPE',
      '/jsz?acc=SYS',
      '/jsz?raft=1',
      '/jsz?acc=B&raft=1&streams=1',
      '/jsz?leader-only=1',
    ],
    ...['/jsz?acc=B&stream-leader-only=1&streams=1', '/jsz?accounts=1&offset=5', '/jsz?acc=B&direct-consumers=1'],
    ...['/healthz', '/healthz?details=1', '/healthz?js-enabled-only=1', '/healthz?js-server-only=1'],
    ...['/healthz?js-meta-only=1', '/healthz?account=A', '/healthz?account=A&stream=S', '/healthz?account=N'],
    ...[
      '/healthz?account=A&stream=S&consumer=C',
      '/healthz?account=A&stream=X',
      '/healthz?account=A&stream=X&details=1',
    ],
    ...['/healthz?account=A&stream=S&consumer=X', '/healthz?account=A&stream=S&consumer=X&details=1'],
    ...['/healthz?account=X', '/healthz?account=X&details=1', '/healthz?account=X&stream=S', '/healthz?account=SYS'],
    ...['/accountz', '/accountz?acc=A', '/accountz?acc=N', '/accountz?acc=SYS'],
  ],
};

/** Of three messages that a pull consumer gets, the first. */
async function acknowledgeOne(wire: WireClient): Promise<void> {
  const pull = '{"batch":3}';
  await wire.send(`SUB pulled 2\r\nPUB $JS.API.CONSUMER.MSG.NEXT.S.C pulled ${pull.length}\r\n${pull}\r\n`);
  const first = await wire.expect(/MSG \S+ 2 (\S+) .*\r\n/);
  const reply = /MSG \S+ 2 (\S+) /.exec(first)?.[1];
  for (let i = 0; i < 2; i++) await wire.expect(/MSG \S+ 2 .*\r\n/);
  await wire.send(`PUB ${reply} inbox 4\r\n+ACK\r\n`);
  await wire.expect(/MSG inbox 1 .*\r\n/);
}

const domain: Situation = {
  options: {
    conf: `${LISTEN}
jetstream {
  store_dir: store, max_mem: 64MB, max_file: 256MB, sync_interval: "10s", domain: hub, unique_tag: az, strict: false
  limits { max_ack_pending: 11, max_ha_assets: 5, max_request_batch: 9, duplicate_window: "1h" }
}
`,
  },
  urls: ['/varz', '/jsz', '/jsz?accounts=1&streams=1', '/accountz?acc=$G', '/healthz?account=$G'],
};

/** Nobody has stored anything. */
const accountsAlone: Situation = {
  options: { conf: accountsConf },
  urls: ['/jsz', '/jsz?accounts=1', '/jsz?consumers=1', '/healthz?account=B', '/accstatz', '/varz'],
};

export const jetStreamSituations: Readonly<Record<string, Situation>> = {
  'JetStream, streams': streams,
  'JetStream, domain': domain,
  'JetStream, unused': accountsAlone,
};
