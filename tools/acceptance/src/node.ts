import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type ServerProcess, startServer } from '@skein/testing';
import { until } from './until.ts';

const binary = fileURLToPath(new URL('../../nats-server', import.meta.url));

export type Component = 'router' | 'gateway' | 'auth-resolver' | 'monitor' | 'jetstream-store';

/** One of the processes that `/varz` lists. */
export interface NodeProcess {
  component: Component;
  instance: number;
  pid: number;
  restarts: number;
}

/** What of `/varz` the tests look at. */
interface Varz {
  connections: number;
  subscriptions: number;
  slow_consumers: number;
  processes: NodeProcess[];
}

export interface NodeOptions {
  /** text of a configuration file, without monitoring and `skein` */
  conf?: string;
  /** default 1 */
  gateways?: number;
  /** of JetStream; default 1 */
  stores?: number;
  /** default: any free one */
  port?: number;
  /** -1: any free one; default: no WebSocket */
  websocketPort?: number;
  /** text of the block `metrics` of `skein` */
  metrics?: string;
}

/** A whole node, as `tools/nats-server` starts it. */
export class Node {
  readonly server: ServerProcess;
  private readonly options: NodeOptions;

  private constructor(server: ServerProcess, options: NodeOptions) {
    this.server = server;
    this.options = options;
  }

  /** Resolves when it is ready. */
  static async start(options: NodeOptions = {}): Promise<Node> {
    const flags = ['-p', String(options.port ?? -1)];
    return new Node(await startServer(binary, { conf: complete(options), flags }), options);
  }

  get port(): number {
    return this.server.port;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.server.port}`;
  }

  get websocketUrl(): string {
    return `ws://127.0.0.1:${this.server.websocketPort}`;
  }

  async varz(): Promise<Varz> {
    const response = await fetch(`http://127.0.0.1:${this.server.monitoringPort}/varz`);
    return (await response.json()) as Varz;
  }

  async process(component: Component, instance = 0): Promise<NodeProcess> {
    const { processes } = await this.varz();
    const found = processes.find((one) => one.component === component && one.instance === instance);
    if (found === undefined) throw new Error(`/varz lists no ${component} ${instance}`);
    return found;
  }

  /** Waits until the process that took `former`'s place is listed with one restart more. */
  async replaced(former: NodeProcess, limitMs: number): Promise<void> {
    const { component, instance, pid, restarts } = former;
    await until(`${component} ${instance} is back, and counted`, limitMs, async () => {
      // The monitor itself may be the one that is away.
      const now = await this.process(component, instance).catch(() => undefined);
      return now !== undefined && now.pid !== 0 && now.pid !== pid && now.restarts === restarts + 1;
    });
  }

  /** Puts another configuration in place and asks for a reload; resolves with the log line that says how it went. */
  async reload(conf: string): Promise<string> {
    const { confFile, pid } = this.server;
    await writeFile(confFile, complete({ ...this.options, conf }));
    const outcome = this.server.nextLine(/(Reloaded|Failed to reload) server configuration/);
    process.kill(pid, 'SIGHUP');
    return await outcome;
  }
}

function complete({ conf = '', gateways = 1, stores = 1, websocketPort, metrics = '' }: NodeOptions): string {
  const lines = [
    'http: "127.0.0.1:-1"',
    `skein { gateways: ${gateways}, jetstream { stores: ${stores} }, metrics { ${metrics} } }`,
    conf,
  ];
  if (websocketPort !== undefined) lines.push(`websocket { host: "127.0.0.1", port: ${websocketPort}, no_tls: true }`);
  return `${lines.join('\n')}\n`;
}
