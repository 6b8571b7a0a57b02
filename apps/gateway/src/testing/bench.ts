import { defaultOptions } from '@skein/config/options';
import type { Connection, Origin } from '../connection.ts';
import { Gateway, type GatewayParts, type Log } from '../gateway.ts';
import { type GatewayConfiguration, type Settings, settingsFrom } from '../settings.ts';
import { FakeMember } from './fake-member.ts';
import { ManualRuntime } from './manual-runtime.ts';
import { MemoryChannel } from './memory-channel.ts';

export class LogLines implements Log {
  readonly lines: string[] = [];
  readonly error = (text: string): void => void this.lines.push(`ERR ${text}`);
  readonly warn = (text: string): void => void this.lines.push(`WRN ${text}`);
  readonly info = (text: string): void => void this.lines.push(`INF ${text}`);
  readonly debug = (text: string): void => void this.lines.push(`DBG ${text}`);
  readonly trace = (text: string): void => void this.lines.push(`TRC ${text}`);
}

/** A client at the other end of a memory channel. */
export class TestClient {
  readonly connection: Connection;
  readonly channel: MemoryChannel;
  readonly #runtime: ManualRuntime;

  constructor(connection: Connection, channel: MemoryChannel, runtime: ManualRuntime) {
    this.connection = connection;
    this.channel = channel;
    this.#runtime = runtime;
  }

  /** Bytes of this client arrive, one character each. */
  say(text: string): this {
    const bytes = Buffer.from(text, 'latin1');
    this.connection.data(bytes, 0, bytes.length);
    return this;
  }

  /** Ends the turn; what has arrived at the client since the last time. */
  hear(): string {
    this.#runtime.turn();
    return this.channel.take().toString('latin1');
  }
}

export function testConfiguration(overrides: Partial<GatewayConfiguration> = {}): GatewayConfiguration {
  return { ...defaultOptions(), authRequired: false, websocketAuthRequired: false, nonceRequired: false, ...overrides };
}

export const CLIENT_ORIGIN: Origin = { host: '10.0.0.7', port: 4711, kind: 'STANDARD', tls: null, cookies: null };

/** A gateway without sockets, router or passing time, and clients for it. */
export class Bench {
  readonly runtime = new ManualRuntime();
  readonly member = new FakeMember();
  readonly log = new LogLines();
  readonly gateway: Gateway;

  constructor(settings: Partial<Settings> = {}, report?: GatewayParts['report'], links?: GatewayParts['links']) {
    this.gateway = new Gateway({
      member: this.member,
      runtime: this.runtime,
      log: this.log,
      report,
      links,
      settings: { ...settingsFrom(testConfiguration()), ...settings },
      info: (connection) => `INFO ${connection.cid}${connection.greeted ? ' greeted' : ''}\r\n`,
    });
  }

  /** One that has said nothing yet; its INFO is read. */
  stranger(origin: Partial<Origin> = {}, granted = true): TestClient {
    const channel = new MemoryChannel();
    const cid = this.member.connections.nextId();
    const connection = this.gateway.accept(channel, { ...CLIENT_ORIGIN, ...origin }, cid, '', granted);
    channel.handler = connection;
    const client = new TestClient(connection, channel, this.runtime);
    if (granted) client.hear();
    return client;
  }

  /** One that has said CONNECT, quiet unless told otherwise. */
  client(connect: Record<string, unknown> = {}): TestClient {
    const client = this.stranger();
    const options = { verbose: false, pedantic: false, headers: true, no_responders: true, ...connect };
    client.say(`CONNECT ${JSON.stringify(options)}\r\n`).hear();
    return client;
  }

  /** Promises that were answered go on, as far as they can. */
  answers(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}
