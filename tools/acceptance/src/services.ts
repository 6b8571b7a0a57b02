import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Component } from './node.ts';
import { until } from './until.ts';

const LOG_CHARS_MAX = 1_000_000;

/** One process that nobody supervises, as a container has it. */
export class Service {
  readonly child: ChildProcess;
  readonly exited: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  log = '';

  constructor(component: Component, args: readonly string[]) {
    const program = fileURLToPath(new URL(`../../../apps/${component}/src/main.ts`, import.meta.url));
    const { NO_COLOR: _no, FORCE_COLOR: _force, ...env } = process.env;
    this.child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.exited = once(this.child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log = (this.log + text).slice(-LOG_CHARS_MAX);
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves when it has logged this. */
  logged(text: string): Promise<void> {
    return until(`it says ${JSON.stringify(text)}: ${this.log}`, 5000, () => this.log.includes(text));
  }
}

/** A node of processes that nobody supervises: what `deploy/compose.yaml` describes, without containers. */
export class Services {
  readonly folder = mkdtempSync(join(tmpdir(), 'services-'));
  readonly running: Service[] = [];
  readonly port: number;

  private constructor(port: number) {
    this.port = port;
  }

  /** `conf`: besides the listener and the number of gateways, which is two. */
  static async start(conf: string): Promise<Services> {
    const services = new Services(await freePort());
    mkdirSync(join(services.folder, 'secrets'), { mode: 0o700 });
    for (const component of ['router', 'gateway', 'auth-resolver', 'monitor', 'jetstream-store']) {
      writeFileSync(join(services.folder, 'secrets', component), `secret of ${component}`, { mode: 0o600 });
    }
    services.configure(conf);
    return services;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  configure(conf: string): void {
    const common = `host: "127.0.0.1", port: ${this.port}\nskein { gateways: 2 }\n`;
    writeFileSync(join(this.folder, 'nats.conf'), `${common}${conf}\n`);
  }

  run(component: Component, instance = 0): Service {
    const secrets = join(this.folder, 'secrets');
    const args = ['--run-dir', this.folder, '--secret-file', join(secrets, component), '--instance', String(instance)];
    if (component === 'router') args.push('--secret-dir', secrets, '--', '-c', join(this.folder, 'nats.conf'));
    const service = new Service(component, args);
    this.running.push(service);
    return service;
  }

  async stop(): Promise<void> {
    for (const { child } of this.running) child.kill('SIGKILL');
    await Promise.all(this.running.map(({ exited }) => exited));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
