import { fixtures } from '../fixtures.ts';
import type { Servers } from './case.ts';
import { USER_NKEY } from './nkey.ts';

/** bcrypt of `builder`, cost 4 */
export const BUILDER_BCRYPT = '$2a$04$ZDf3YFJe25oVc0HaKpKgleAPDsKqwSkGA2Vuum/7g2qtwXRnQGMx2';

const users = `{ user: alice, password: wonder }
    { user: bob, password: "${BUILDER_BCRYPT}" }`;
const tls = (more = ''): string =>
  `tls { cert_file: "${fixtures.serverCert}", key_file: "${fixtures.serverKey}", ca_file: "${fixtures.ca}", timeout: 2 ${more} }`;

/** One configuration each; all cases that name it share one start of the server. */
export const servers: Servers = {
  plain: {},
  'small-payload': { conf: 'max_payload: 32' },
  'small-line': { conf: 'max_control_line: 50' },
  'no-headers': { conf: 'no_header_support: true' },
  'max-subs': { conf: 'max_subscriptions: 2' },
  'max-tokens': { conf: 'max_subscription_tokens: 3' },
  'max-conn': { conf: 'max_connections: 2' },
  'max-conn-leave': { conf: 'max_connections: 1' },
  ping: { conf: 'ping_interval: "300ms"\nping_max: 1' },
  user: { flags: ['--user', 'u', '--pass', 'p'] },
  users: {
    conf: `authorization {
  users: [
    ${users}
  ]
}`,
  },
  token: { flags: ['--auth', 's3cret'] },
  'no-auth-user': {
    conf: `no_auth_user: alice
authorization {
  users: [
    ${users}
  ]
}`,
  },
  nkey: { conf: `authorization { users: [ { nkey: ${USER_NKEY} } ] }` },
  'connection-types': {
    conf: `authorization {
  users: [
    { user: web, password: p, allowed_connection_types: ["WEBSOCKET"] }
    { user: std, password: p, allowed_connection_types: ["STANDARD"] }
  ]
}`,
  },
  'auth-timeout': { conf: 'authorization { user: u, password: p, timeout: 0.5 }' },
  permissions: {
    conf: `authorization {
  users: [
    { user: admin, password: p }
    { user: limited, password: p, permissions {
      publish { allow: ["ok.>", "_INBOX.>"], deny: ["ok.secret", "ok.deep.>"] }
      subscribe { allow: ["ok.>", "_INBOX.>"], deny: ["ok.secret", "ok.deep.>"] }
    } }
    { user: lists, password: p, permissions { publish: ["one", "two.*"], subscribe: "three.>" } }
    { user: denied, password: p, permissions {
      publish { deny: ["no.>"] }
      subscribe { deny: ["no.>", "*.never"] }
    } }
    { user: queues, password: p, permissions {
      subscribe { allow: ["plain", "work v1", "jobs v1.>", "jobs *.dev"], deny: ["> prod"] }
    } }
    { user: queuedeny, password: p, permissions { subscribe { deny: ["work bad", "work *.bad"] } } }
    { user: mute, password: p, permissions { publish { deny: ">" }, subscribe { deny: ">" } } }
    { user: responder, password: p, permissions { subscribe: ["svc.>"], allow_responses: true } }
    { user: responder2, password: p, permissions { subscribe: ["svc.>"], publish: ["own"], allow_responses: { max: 2, expires: "1m" } } }
    { user: responder3, password: p, permissions { subscribe: ["svc.>"], publish { deny: ["in.>"] }, allow_responses: true } }
    { user: emptyallow, password: p, permissions { publish { allow: [] }, subscribe { allow: [] } } }
  ]
}`,
  },
  accounts: {
    conf: `system_account: SYS
mappings { gmap: gmapped }
authorization { users: [ { user: g, password: p } ] }
accounts {
  SYS { users [ { user: sys, password: p } ] }
  A {
    users [
      { user: a, password: p }
      { user: onlym2, password: p, permissions { publish: "m2" } }
    ]
    exports [
      { stream: "s.>" }
      { stream: "pre.*", accounts: [C] }
      { stream: both }
      { service: "q.>" }
      { service: both, accounts: [B] }
      { service: mapped }
      { service: "tok.*", account_token_position: 2 }
      { service: "long.*.*" }
    ]
    mappings {
      m1: m2
      mapped: remapped
      chain1: chain2
      chain2: chain3
      "part.*.*": "parted.{{partition(10,1,2)}}.$2.{{left(1,1)}}"
      gone: [ { destination: gone, weight: 0 } ]
    }
  }
  B {
    users [
      { user: b, password: p }
      { user: limited, password: p, permissions { subscribe { allow: "bs.>", deny: "bs.a.>" } } }
    ]
    imports [
      { stream: { account: A, subject: "s.*.*" }, to: "bs.$2.$1" }
      { service: { account: A, subject: "q.*" }, to: "bq.*" }
      { service: { account: A, subject: both } }
      { service: { account: A, subject: mapped } }
      { service: { account: A, subject: "tok.B" }, to: tok }
      { service: { account: A, subject: "long.*.*" }, to: "l.$2.$1" }
    ]
    exports [ { stream: "bs.>" }, { service: "bq.>" } ]
    mappings { bm: mapped, nowhere: elsewhere }
  }
  C {
    users [ { user: c, password: p } ]
    imports [
      { stream: { account: A, subject: "pre.*" }, prefix: "in.c" }
      { stream: { account: A, subject: both } }
      { stream: { account: B, subject: "bs.>" } }
      { service: { account: B, subject: "bq.*" }, to: "cq.*" }
    ]
  }
  FEW { users [ { user: few, password: p } ], limits { max_subscriptions: 2, max_payload: 20 } }
  ONE { users [ { user: one, password: p } ], limits { max_connections: 1 } }
}`,
  },
  'default-permissions': {
    conf: `authorization {
  default_permissions { publish: "open.>", subscribe: ["open.>", "_INBOX.>"] }
  users: [
    { user: plain, password: p }
    { user: own, password: p, permissions { publish: "mine" } }
  ]
}`,
  },
  tls: { conf: tls() },
  'tls-verify': { conf: tls(', verify: true') },
  'tls-optional': { conf: `allow_non_tls: true\n${tls()}` },
  'tls-first': { conf: tls(', handshake_first: true') },
  'tls-first-auto': { conf: tls(', handshake_first: auto') },
  'tls-timeout': { conf: tls().replace('timeout: 2', 'timeout: 0.5') },
};
