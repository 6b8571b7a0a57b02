import { readFileSync } from 'node:fs';
import { fixtures } from '../fixtures.ts';
import { type ServerOptions, type ServerProcess, startServer } from '../server-process.ts';
import { WireClient } from '../wire-client.ts';
import { signNonce, USER_NKEY } from './nkey.ts';
import { servers } from './servers.ts';

type Info = Record<string, unknown>;

/** The INFO at accept, and the one after CONNECT (protocol 1) and its PING, if any; random values replaced. */
export interface Infos {
  first: Info;
  second: Info | null;
}

interface InfoServer {
  options: ServerOptions;
  connect?: Info;
  isTls?: boolean;
  isWebSocket?: boolean;
}

/** Fields that identify a run, a build or a machine: only their presence and shape are comparable. */
const RUN_FIELDS = ['git_commit', 'go', 'client_id', 'version'];
/** Ports below are configured, not chosen by the server. */
const CHOSEN_PORT_MIN = 32_768;

const user = { user: 'u', pass: 'p' };
const cluster = 'cluster { name: red, listen: "127.0.0.1:-1" }';

/** Configurations whose INFO is recorded. */
export const infoServers: Record<string, InfoServer> = {
  plain: { options: {} },
  'server-name': { options: { flags: ['-n', 'alpha'] } },
  user: { options: servers.user, connect: user },
  token: { options: servers.token, connect: { auth_token: 's3cret' } },
  'no-auth-user': { options: servers['no-auth-user'] },
  nkey: { options: servers.nkey, connect: { nkey: USER_NKEY } },
  'small-payload': { options: servers['small-payload'] },
  'small-line': { options: { conf: 'max_control_line: 200' } },
  'no-headers': { options: servers['no-headers'] },
  tls: { options: servers.tls, isTls: true },
  'tls-verify': { options: servers['tls-verify'], isTls: true },
  'tls-optional': { options: servers['tls-optional'] },
  'tls-user': {
    options: { conf: `${servers.tls.conf}\nauthorization { user: u, password: p }` },
    connect: user,
    isTls: true,
  },
  websocket: { options: { conf: 'websocket { listen: "127.0.0.1:-1", no_tls: true }' }, isWebSocket: true },
  'websocket-tcp': { options: { conf: 'websocket { listen: "127.0.0.1:-1", no_tls: true }' } },
  cluster: { options: { conf: `server_name: alpha\n${cluster}` } },
  'cluster-no-advertise': {
    options: { conf: `server_name: alpha\n${cluster.replace('}', ', no_advertise: true }')}` },
  },
  'client-advertise': { options: { conf: 'client_advertise: "nats.example.com:4333"' } },
  jetstream: { options: { flags: ['-js'] } },
  accounts: {
    options: { conf: 'accounts { A { users: [ { user: u, password: p } ] } }' },
    connect: user,
  },
};

export async function recordInfos(binary: string): Promise<Record<string, Infos>> {
  const infos: Record<string, Infos> = {};
  for (const [name, server] of Object.entries(infoServers)) infos[name] = await readInfos(binary, server);
  return infos;
}

/** Starts the server, connects once and reads both INFOs. */
export async function readInfos(binary: string, server: InfoServer): Promise<Infos> {
  const running = await startServer(binary, server.options);
  try {
    return server.isWebSocket ? await overWebSocket(running) : await overTcp(running, server);
  } finally {
    await running.stop();
  }
}

/** Replaces what differs between runs, builds and machines by its kind; addresses keep their host. */
export function normaliseInfo(info: Info): Info {
  return Object.fromEntries(
    Object.entries(info).map(([key, value]) => {
      if (key === 'server_name' && value === 'alpha') return [key, value];
      if (key === 'server_id' || key === 'server_name' || key === 'xkey') return [key, `<nkey ${String(value)[0]}>`];
      if (key === 'nonce') return [key, `<${String(value).length} characters>`];
      if (key === 'port' && Number(value) >= CHOSEN_PORT_MIN) return [key, '<chosen>'];
      if (RUN_FIELDS.includes(key)) return [key, `<${typeof value}>`];
      if (Array.isArray(value)) return [key, value.map((url) => String(url).replace(/:\d+$/, ':<port>'))];
      return [key, value];
    }),
  );
}

async function overTcp({ port }: ServerProcess, { connect, isTls }: InfoServer): Promise<Infos> {
  const client = await WireClient.connect({ port });
  try {
    await client.expect('\r\n');
    const first = client.info as Info;
    if (isTls) {
      const [ca, cert, key] = [fixtures.ca, fixtures.clientCert, fixtures.clientKey].map((file) => readFileSync(file));
      await client.upgrade({ ca, cert, key, servername: 'localhost' });
    }
    await client.send(connectLine({ ...connect, ...(connect?.nkey ? { sig: signNonce(String(first.nonce)) } : {}) }));
    if ((await client.sync()) !== 'open') throw new Error(`refused: ${client.received}`);
    await client.sync();
    return infosOf(client.frames);
  } finally {
    client.destroy();
  }
}

function overWebSocket({ websocketPort }: ServerProcess): Promise<Infos> {
  const socket = new WebSocket(`ws://127.0.0.1:${websocketPort}`);
  socket.binaryType = 'arraybuffer';
  let received = '';
  return new Promise<Infos>((resolve, reject) => {
    socket.onerror = () => reject(new Error('WebSocket failed'));
    socket.onclose = () => reject(new Error(`WebSocket closed; received ${received}`));
    socket.onmessage = ({ data }: { data: ArrayBuffer }) => {
      if (received === '') socket.send(Buffer.from(`${connectLine({})}PING\r\nPING\r\n`));
      received += Buffer.from(data).toString();
      if (received.split('PONG\r\n').length < 3) return;
      resolve(infosOf(received.split(/(?<=\r\n)/)));
    };
  }).finally(() => socket.close());
}

function connectLine(fields: Info): string {
  return `CONNECT ${JSON.stringify({ verbose: false, protocol: 1, headers: true, ...fields })}\r\n`;
}

function infosOf(frames: string[]): Infos {
  const infos = frames
    .filter((frame) => frame.startsWith('INFO '))
    .map((frame) => normaliseInfo(JSON.parse(frame.slice(5)) as Info));
  return { first: infos[0], second: infos[1] ?? null };
}
