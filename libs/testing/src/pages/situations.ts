import { writeFile } from 'node:fs/promises';
import { STRANGER_NKEY, signNonce, USER_NKEY } from '../conformance/nkey.ts';
import { fixtures } from '../fixtures.ts';
import { WireClient } from '../wire-client.ts';
import { client, gone, refused, webSocketClient } from './clients.ts';
import { jetStreamSituations } from './jetstream-situations.ts';
import type { Situation } from './situation.ts';

const LISTEN = 'listen: "127.0.0.1:-1"\nhttp: "127.0.0.1:-1"\n';

/** Asked in every situation. */
const EVERYWHERE = [
  ...['/varz', '/connz', '/routez', '/gatewayz', '/leafz', '/subsz', '/accountz', '/accstatz', '/jsz', '/healthz'],
];

const badBooleans = [
  ...['/connz?subs=', '/connz?auth=', '/subsz?subs=', '/routez?subs=', '/gatewayz?subs=', '/gatewayz?accs='],
  ...['/leafz?subs=', '/accstatz?unused=', '/jsz?accounts=', '/jsz?streams=', '/jsz?consumers=', '/jsz?config='],
  ...['/jsz?leader-only=', '/jsz?direct-consumers=', '/jsz?raft=', '/jsz?stream-leader-only=', '/healthz?js-enabled='],
  ...['/healthz?js-enabled-only=', '/healthz?js-server-only=', '/healthz?js-meta-only=', '/healthz?details='],
  ...['/ipqueuesz?all='],
].map((start) => `${start}x`);
const badNumbers = ['offset', 'limit'].flatMap((name) =>
  ['/connz', '/subsz', '/jsz'].flatMap((path) =>
    ['x', '1.5', '99999999999999999999'].map((n) => `${path}?${name}=${n}`),
  ),
);

const plain: Situation = {
  options: { conf: LISTEN },
  urls: [
    ...EVERYWHERE,
    ...badBooleans,
    ...badNumbers,
    ...['/connz?cid=x', '/connz?cid=-1', '/connz?cid=99', '/connz?state=x', '/connz?state=', '/connz?state=ALL'],
    ...[
      '/connz?sort=x',
      '/connz?sort=stop',
      '/connz?sort=reason&state=any',
      '/connz?limit=-5&offset=-5',
      '/connz?limit=0',
    ],
    ...['/connz?mqtt_client=x', '/connz?limit=5&limit=6', '/connz?subs=DETAIL', '/connz?user=x', '/connz?acc=$G'],
    ...['/subsz?test=a.*', '/subsz?test=a..b', '/subsz?test=.a', '/subsz?limit=-1&offset=-1', '/subsz?acc=nope'],
    ...['/subscriptionsz', '/accountz?acc=nope', '/accountz?acc=$G', '/accountz?acc=$SYS', '/accstatz?unused=1'],
    ...[
      '/jsz?acc=nope',
      '/jsz?accounts=1&streams=1&consumers=1&config=1',
      '/jsz?leader-only=1',
      '/jsz?stream-leader-only=1',
    ],
    ...['/healthz?details=1', '/healthz?js-enabled-only=1', '/healthz?js-server-only=1', '/healthz?account=A&stream=S'],
    ...[
      '/healthz?stream=S',
      '/healthz?stream=S&details=1',
      '/healthz?consumer=C',
      '/raftz',
      '/raftz?acc=A',
      '/ipqueuesz',
    ],
    ...['/debug/vars', '/nope', '/varz/', '/VARZ', '//varz'],
  ],
};

/** Relative: `config_digest` is made of the names too. */
const PAIR = 'cert_file: "server.pem", key_file: "server-key.pem", ca_file: "ca.pem"';
const cwd = fixtures.folder;

const options: Situation = {
  options: {
    cwd,
    conf: `${LISTEN}
server_name: alpha
server_tags: ["region:eu", "Disk:ssd"]
server_metadata { owner: platform }
max_connections: 99
max_subscriptions: 11
max_payload: 9000
max_pending: 1mb
max_control_line: 2048
ping_interval: "3m"
ping_max: 5
write_deadline: "3s"
lame_duck_duration: "1m"
client_advertise: "nats.example.com:4333"
authorization { user: u, password: p, timeout: 3 }
tls { ${PAIR}, timeout: 4, verify: true }
websocket { listen: "127.0.0.1:-1", no_tls: true, compression: true, same_origin: true, allowed_origins: ["http://a.b"], advertise: "ws.example.com:80", handshake_timeout: "3s" }
`,
  },
  urls: EVERYWHERE,
};

const basePath: Situation = {
  options: { conf: `${LISTEN}http_base_path: "/nats"\n` },
  urls: ['/nats/varz', '/nats/', '/varz', '/nats/healthz', '/nats/nope'],
};

const clients: Situation = {
  options: {
    conf: `${LISTEN}
max_payload: 1000
max_control_line: 1024
authorization { users: [ { user: a, password: p }, { user: b, password: p, permissions { publish: "ok.>" } }, { nkey: ${USER_NKEY} } ] }
websocket { listen: "127.0.0.1:-1", no_tls: true }
`,
  },
  async prepare({ port, websocketPort }) {
    const a = { user: 'a', pass: 'p', lang: 'go', version: '1.2.3' };
    const kept = [
      await client(port, { ...a, name: 'one' }, 'SUB foo.* 1\r\nSUB bar q 2\r\nUNSUB 2 5\r\nSUB foo.1 3\r\n'),
      await client(port, { user: 'b', pass: 'p' }, 'SUB foo.> 1\r\nPUB ok.x 2\r\nhi\r\n'),
      await client(port, { ...a, name: 'two', lang: 'js' }, 'SUB baz 1\r\nPUB baz 2\r\nhi\r\nPUB foo.1 3\r\nhey\r\n'),
    ];
    const signer = await WireClient.connect({ port });
    await signer.expect(/INFO .*\r\n/);
    const sig = signNonce(String(signer.info?.nonce));
    await signer.send(`CONNECT ${JSON.stringify({ verbose: false, nkey: USER_NKEY, sig, name: 'signed' })}\r\n`);
    await signer.sync();
    kept.push(signer);
    await webSocketClient(websocketPort as number, { ...a, name: 'web' }, 'SUB w 1\r\n');
    await gone(port, { ...a, name: 'bye' }, 'SUB q.* 1\r\nSUB r s 2\r\nPUB q.1 2\r\nhi\r\n');
    await refused(port, { user: 'a', pass: 'wrong', name: 'wrong' }, '');
    await refused(port, { nkey: STRANGER_NKEY, sig: 'x' }, '');
    await refused(port, a, 'NONSENSE\r\n');
    await refused(port, a, 'PUB a 5000\r\n');
    await refused(port, a, `SUB ${'a'.repeat(2000)} 1\r\n`);
    await refused(port, a, 'PUB\r\n');
    await refused(port, { ...a, protocol: 7 }, '');
    return kept;
  },
  urls: [
    ...EVERYWHERE,
    ...[
      '/connz?auth=1',
      '/connz?subs=1',
      '/connz?subs=detail&auth=1',
      '/connz?state=closed',
      '/connz?state=any&auth=1',
    ],
    ...[
      '/connz?state=closed&auth=1&subs=detail',
      '/connz?state=closed&subs=1',
      '/connz?limit=2',
      '/connz?offset=1&limit=2',
    ],
    ...['/connz?offset=100', '/connz?user=a', '/connz?user=b&auth=1', '/connz?acc=$G', '/connz?acc=$G&state=closed'],
    // No further than the order is decided: with equal keys it is another each time.
    ...['subs', 'msgs_to', 'bytes_to'].map((by) => `/connz?sort=${by}&limit=1`),
    ...['msgs_from', 'bytes_from'].map((by) => `/connz?sort=${by}&limit=2`),
    ...['/connz?sort=cid', '/connz?sort=start', '/connz?state=closed&sort=cid&limit=3'],
    ...['/subsz?subs=1', '/subsz?subs=1&test=foo.1', '/subsz?subs=1&test=nope', '/subsz?subs=1&acc=$G'],
    ...['/accstatz?unused=1', '/accountz?acc=$G'],
  ],
};

const tlsUrls = ['/varz', '/connz', '/connz?auth=1'];

const tls: Situation = {
  options: { cwd, conf: `${LISTEN}tls { ${PAIR} }\n` },
  prepare: async ({ port }) => [await client(port, { lang: 'x', version: '1' }, '', { tls: 'after INFO' })],
  urls: tlsUrls,
};

const tlsVerify: Situation = {
  options: { cwd, conf: `${LISTEN}tls { ${PAIR}, verify: true, handshake_first: true }\n` },
  prepare: async ({ port }) => [await client(port, { name: 'x' }, '', { tls: 'first' })],
  urls: tlsUrls,
};

const accounts: Situation = {
  options: {
    conf: `${LISTEN}
system_account: SYS
accounts {
  SYS { users [ { user: sys, password: p } ] }
  A {
    users [ { user: a, password: p } ]
    exports [
      { stream: "s.>" }, { stream: "t.*", accounts: [B, C] }, { service: "q.*", response_type: stream, accounts: [B] }
      { service: "l.x", latency: { sampling: 50, subject: "lat.x" }, threshold: "3s" }
      { service: "l.h", latency: { sampling: headers, subject: "lat.h" } }, { service: "ch", response_type: chunked }
    ]
    mappings {
      "m.a": "m.b"
      "w.a": [ { destination: "w.1", weight: 30% }, { destination: "w.2", weight: 40% } ]
      "p.*": "p.{{partition(5,1)}}"
    }
  }
  B {
    users [ { user: b, password: p } ]
    imports [
      { stream: { account: A, subject: "s.>" }, prefix: x }, { stream: { account: A, subject: "t.*" }, to: "tt.$1" }
      { service: { account: A, subject: "q.a" }, to: "z.a" }, { service: { account: A, subject: "l.x" }, share: true }
      { service: { account: A, subject: "ch" } }
    ]
  }
  C { users [ { user: c, password: p } ] }
}
`,
  },
  async prepare({ port }) {
    return [
      await client(port, { user: 'a', pass: 'p' }, 'SUB x 1\r\nPUB x 5\r\nhello\r\nPUB x 2\r\nhi\r\n'),
      await client(port, { user: 'a', pass: 'p' }, 'SUB x 1\r\nSUB y q 2\r\n'),
      await client(port, { user: 'b', pass: 'p' }, 'SUB x 1\r\n'),
    ];
  },
  urls: [
    ...EVERYWHERE,
    ...['A', 'B', 'C', 'SYS', '$G'].map((name) => `/accountz?acc=${name}`),
    ...['/accstatz?unused=1', '/connz?auth=1', '/connz?acc=A', '/connz?acc=C', '/connz?acc=A&auth=1&sort=subs'],
    ...['/subsz?acc=A&subs=1', '/subsz?subs=1&test=x', '/subsz?acc=B&subs=1&test=x'],
  ],
};

/** Closed connections, and nothing of how many bytes each had got by then. */
const CLOSED = ['/connz?state=closed', '/connz?state=closed&auth=1'];

const endings: Situation = {
  options: {
    conf: `${LISTEN}ping_interval: "200ms"\nping_max: 1\nauthorization { user: u, password: p, timeout: 0.3 }\n`,
  },
  async prepare({ port }) {
    const silent = await WireClient.connect({ port });
    await silent.closed();
    const stale = await client(port, { user: 'u', pass: 'p', name: 'stale' });
    await stale.closed();
    return [];
  },
  urls: CLOSED,
};

const full: Situation = {
  options: { conf: `${LISTEN}max_connections: 1\n` },
  async prepare({ port }) {
    const first = await client(port, { name: 'first' });
    const second = await WireClient.connect({ port });
    await second.closed();
    return [first];
  },
  urls: ['/varz', '/connz', ...CLOSED],
};

const tlsRefused: Situation = {
  options: { cwd, conf: `${LISTEN}tls { ${PAIR} }\n` },
  async prepare({ port }) {
    const clear = await WireClient.connect({ port });
    await clear.expect(/INFO .*\r\n/);
    await clear.send('CONNECT {}\r\nPING\r\n');
    await clear.closed();
    return [];
  },
  urls: CLOSED,
};

const reloaded: Situation = {
  options: { conf: `${LISTEN}max_payload: 1000\nserver_tags: [a]\n` },
  async prepare(server) {
    await writeFile(
      server.confFile,
      `${LISTEN}max_payload: 2000\nserver_tags: [b, c]\nauthorization { user: u, password: p }\n`,
    );
    const done = server.nextLine(/Reloaded server configuration/);
    process.kill(server.pid, 'SIGHUP');
    await done;
    return [];
  },
  urls: ['/varz', '/connz', '/healthz'],
};

const leaving: Situation = {
  options: { conf: `${LISTEN}lame_duck_duration: "30s"\nlame_duck_grace_period: "10s"\n` },
  async prepare(server) {
    const kept = await client(server.port, { name: 'kept' });
    const begun = server.nextLine(/Entering lame duck mode/);
    process.kill(server.pid, 'SIGUSR2');
    await begun;
    return [kept];
  },
  urls: ['/healthz', '/healthz?details=1', '/varz', '/connz'],
};

export const situations: Readonly<Record<string, Situation>> = {
  plain,
  options,
  basePath,
  clients,
  tls,
  tlsVerify,
  accounts,
  endings,
  full,
  tlsRefused,
  reloaded,
  leaving,
  ...jetStreamSituations,
};
