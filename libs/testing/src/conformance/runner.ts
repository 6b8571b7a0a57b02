import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { fixtures } from '../fixtures.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { type Fate, WireClient } from '../wire-client.ts';
import type { Case, Servers, Step } from './case.ts';
import { normalise, type Transcript } from './transcript.ts';

/**
 * What is known beforehand of a connection's fate. It decides only how long the runner waits, never what it reports.
 * Undefined: not known, the connection is silent when nothing comes for 1.5 s.
 */
export type Forecast = (test: Case, connection: string) => Fate | undefined;

const WAIT_MS: Record<Fate | 'unknown', number> = { open: 5000, closed: 5000, silent: 300, unknown: 1500 };
/** Where a close is forecast, how long to wait for it before PING asks. */
const CLOSE_MS = 1000;

interface Connection {
  client: WireClient;
  fate: Fate;
  /** indexes of the PONGs that the runner itself asked for */
  ownPongs: Set<number>;
  hasEnded: boolean;
}

/** Runs one case against a server that listens on loopback `port`; never rejects for what the server answers. */
export async function runCase(test: Case, port: number, forecast: Forecast): Promise<Transcript> {
  const connections = new Map<string, Connection>();
  const wait = (name: string): number => WAIT_MS[forecast(test, name) ?? 'unknown'];
  try {
    for (const [index, step] of test.steps.entries()) {
      const connection = connections.get(step.on) ?? (await open(port, 'tlsFirst' in step, wait(step.on)));
      connections.set(step.on, connection);
      const isLast = !test.steps.slice(index + 1).some(({ on }) => on === step.on);
      await play(connection, step, wait(step.on), isLast && forecast(test, step.on) === 'closed');
    }
    // Twice when there are several: what the first round's PINGs flushed towards another connection is in the second.
    for (let round = 0; round < Math.min(connections.size, 2); round++) {
      for (const [name, connection] of connections) await sync(connection, 0, wait(name));
    }
    return normalise(test, Object.fromEntries([...connections].map(([name, each]) => [name, transcribe(each)])));
  } finally {
    for (const { client } of connections.values()) await client.end(1000);
  }
}

/** Runs cases, one server start for all that share a configuration; calls back with each transcript. */
export async function runCases(
  binary: string,
  servers: Servers,
  cases: readonly Case[],
  forecast: Forecast,
  onTranscript: (test: Case, transcript: Transcript) => void,
): Promise<void> {
  for (const key of new Set(cases.map((test) => test.server))) {
    const options = servers[key];
    if (!options) throw new Error(`no server '${key}'`);
    const server: ServerProcess = await startServer(binary, options);
    try {
      for (const test of cases) {
        if (test.server === key) onTranscript(test, await runCase(test, server.port, forecast));
      }
    } finally {
      await server.stop();
    }
  }
}

async function open(port: number, isTls: boolean, waitMs: number): Promise<Connection> {
  const client = await WireClient.connect({ port, tls: isTls ? tlsOptions('anonymous') : undefined });
  await client.expect('\r\n', waitMs).catch(() => '');
  return { client, fate: client.isClosed ? 'closed' : 'open', ownPongs: new Set(), hasEnded: false };
}

async function play(connection: Connection, step: Step, waitMs: number, isClosing: boolean): Promise<void> {
  const { client } = connection;
  if ('tlsFirst' in step) return;
  if ('expect' in step) {
    await client.expect(step.expect, waitMs).catch(() => '');
  } else if ('closed' in step) {
    await client.closed(waitMs).catch(() => {});
    connection.fate = client.isClosed ? 'closed' : 'open';
  } else if ('end' in step) {
    connection.hasEnded = true;
    await client.end(waitMs);
  } else if ('tls' in step) {
    await client.upgrade(tlsOptions(step.tls)).catch(() => {});
  } else {
    if ('chunks' in step) await client.sendChunks(step.chunks);
    else await client.send(typeof step.send === 'function' ? step.send(client.info ?? {}) : step.send);
    // A PING written to a connection that was reset makes Node drop what it has not read yet, the error among it.
    if (isClosing) await client.closed(CLOSE_MS).catch(() => {});
    if (step.sync !== false) await sync(connection, step.pongs ?? 0, waitMs);
  }
}

async function sync(connection: Connection, pongsOwed: number, waitMs: number): Promise<void> {
  if (connection.hasEnded || connection.fate !== 'open') return;
  connection.fate = connection.client.isClosed ? 'closed' : await connection.client.sync(pongsOwed, waitMs);
  if (connection.fate === 'open') connection.ownPongs.add(connection.client.syncFrame);
}

function transcribe({ client, fate, ownPongs, hasEnded }: Connection): { frames: string[]; fate: Fate } {
  const frames = client.frames.filter((frame, index) => !ownPongs.has(index) && !(index === 0 && /^INFO /.test(frame)));
  return { frames, fate: hasEnded ? 'closed' : client.isClosed ? 'closed' : fate };
}

function tlsOptions(kind: 'anonymous' | 'certificate'): ConnectionOptions {
  const ca = readFileSync(fixtures.ca);
  if (kind === 'anonymous') return { ca, servername: 'localhost' };
  return {
    ca,
    servername: 'localhost',
    cert: readFileSync(fixtures.clientCert),
    key: readFileSync(fixtures.clientKey),
  };
}
