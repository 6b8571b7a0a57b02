import { parseDuration } from '../duration.ts';
import { ConfigError } from '../error.ts';
import type { Value } from '../lang/value.ts';
import type { User, WebsocketOptions } from '../options.ts';
import { checkNoAuthUser } from './authorization.ts';
import { readListen } from './listen.ts';
import {
  asBoolean,
  asDuration,
  asInteger,
  asMap,
  asString,
  asStrings,
  asTimeout,
  failAt,
  type KeyReader,
  keys,
  located,
  type Problems,
  readBlock,
} from './reader.ts';
import { type ReadFile, readTls } from './tls.ts';

const HANDSHAKE_TIMEOUT_DEFAULT_MS = 2000;

interface WebsocketBlock extends WebsocketOptions {
  readFile: ReadFile;
}

/** The `websocket` block; undefined when it opens no port. */
export function readWebsocket(value: Value, problems: Problems, readFile: ReadFile): WebsocketOptions | undefined {
  if (value.type !== 'map[string]interface {}') {
    return failAt(value.at, `Expected websocket to be a map, got ${value.type}`);
  }
  const block: WebsocketBlock = {
    host: '0.0.0.0',
    port: 0,
    noTls: false,
    compression: false,
    sameOrigin: false,
    allowedOrigins: [],
    handshakeTimeoutMs: HANDSHAKE_TIMEOUT_DEFAULT_MS,
    headers: {},
    readFile,
  };
  for (const [name, entry] of value.value) {
    // One faulty key hides no other.
    const single = new Map([[name, entry]]);
    problems.collect(() => readBlock({ ...value, value: single }, WEBSOCKET_KEYS, block, problems));
  }
  const { readFile: _, ...websocket } = block;
  return websocket.port === 0 ? undefined : websocket;
}

type TextField = 'advertise' | 'jwtCookie' | 'usernameCookie' | 'passwordCookie' | 'tokenCookie' | 'noAuthUser';

const text =
  (field: TextField): KeyReader<WebsocketBlock> =>
  (value, websocket) => {
    websocket[field] = asString(value) || undefined;
  };

const flag =
  (field: 'noTls' | 'sameOrigin' | 'compression'): KeyReader<WebsocketBlock> =>
  (value, websocket) => {
    websocket[field] = asBoolean(value);
  };

const WEBSOCKET_KEYS = keys<WebsocketBlock>({
  listen: (value, websocket) => {
    const address = readListen(value);
    websocket.host = address.host || websocket.host;
    websocket.port = address.port;
  },
  'host net': (value, websocket) => {
    websocket.host = asString(value);
  },
  port: (value, websocket) => {
    websocket.port = asInteger(value);
  },
  advertise: text('advertise'),
  no_tls: flag('noTls'),
  tls: (value, websocket) => {
    websocket.tls = readTls(value, websocket.readFile);
  },
  same_origin: flag('sameOrigin'),
  'allowed_origins allowed_origin allow_origins allow_origin origins': (value, websocket) => {
    websocket.allowedOrigins = asStrings(value, 'allowed origins');
  },
  handshake_timeout: (value, websocket) => {
    if (value.type === 'int64') websocket.handshakeTimeoutMs = Number(value.value) * 1000;
    else if (value.type !== 'string') {
      failAt(value.at, `error parsing handshake timeout: unsupported type ${value.type}`);
    } else websocket.handshakeTimeoutMs = located(value.at, '', () => parseDuration(value.value));
    websocket.handshakeTimeoutMs ||= HANDSHAKE_TIMEOUT_DEFAULT_MS;
  },
  'compress compression': flag('compression'),
  'authorization authentication': (value, websocket, _key, problems) => {
    readBlock(asMap(value), AUTHORIZATION_KEYS, websocket, problems);
  },
  jwt_cookie: text('jwtCookie'),
  user_cookie: text('usernameCookie'),
  pass_cookie: text('passwordCookie'),
  token_cookie: text('tokenCookie'),
  no_auth_user: text('noAuthUser'),
  headers: (value, websocket) => {
    if (value.type !== 'map[string]interface {}') {
      failAt(value.at, `error parsing headers: unsupported type ${value.type}`);
    } else {
      for (const [name, header] of value.value) websocket.headers[name] = readHeader(name, header);
    }
  },
  ping_interval: (value, websocket, key, problems) => {
    websocket.pingIntervalMs = asDuration(value, key, problems) || undefined;
  },
});

function readHeader(name: string, value: Value): string {
  if (value.type === 'string') return value.value;
  return failAt(value.at, `error parsing header key ${name}: unsupported type ${value.type}`);
}

const AUTHORIZATION_KEYS = keys<WebsocketBlock>({
  'user username': (value, websocket) => {
    websocket.username = asString(value) || undefined;
  },
  'pass password': (value, websocket) => {
    websocket.password = asString(value) || undefined;
  },
  token: (value, websocket) => {
    websocket.token = asString(value) || undefined;
  },
  timeout: (value, websocket) => {
    websocket.authTimeoutMs = asTimeout(value, "error parsing authorization config, 'timeout'") || undefined;
  },
});

/** What can only be said of the whole configuration. Throws ConfigError with nats-server's text. */
export function checkWebsocket(websocket: WebsocketOptions, users: User[], operatorMode: boolean): void {
  if (!websocket.noTls && websocket.tls === undefined) throw new ConfigError('websocket requires TLS configuration');
  for (const origin of websocket.allowedOrigins) checkOrigin(origin);
  if (users.length > 0) {
    const single = websocket.username !== undefined ? 'username' : websocket.token !== undefined ? 'token' : undefined;
    if (single !== undefined) {
      throw new ConfigError(`websocket authentication ${single} not compatible with presence of users/nkeys`);
    }
  }
  checkNoAuthUser(websocket.noAuthUser, users);
  if (websocket.jwtCookie !== undefined && !operatorMode) {
    throw new ConfigError(
      `trusted operators or trusted keys configuration is required for JWT authentication via cookie ${JSON.stringify(websocket.jwtCookie)}`,
    );
  }
  for (const name of Object.keys(websocket.headers)) {
    if (!/^sec-websocket-/i.test(name)) continue;
    throw new ConfigError(`websocket: invalid header ${JSON.stringify(name)}, "Sec-WebSocket-" prefix not allowed`);
  }
}

function checkOrigin(origin: string): void {
  if (/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(origin)) return;
  const why = origin.startsWith(':') ? 'missing protocol scheme' : 'invalid URI for request';
  throw new ConfigError(`unable to parse allowed origin: parse ${JSON.stringify(origin)}: ${why}`);
}
