import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMember, type Member, type MemberHandlers, systemRuntime, unixTransport } from '@skein/bus';
import type { ServerOptions } from '@skein/config';
import { parseExposition } from '@skein/metrics/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const program = join(import.meta.dirname, 'main.ts');
let folder: string;
let children: ChildProcess[];
let members: Member[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'router-'));
  mkdirSync(join(folder, 'secrets'), { mode: 0o700 });
  writeFileSync(join(folder, 'secrets', 'gateway'), 'geheim', { mode: 0o600 });
  writeFileSync(join(folder, 'server.conf'), 'max_payload: 1000\nauthorization { user: a, password: hunter2 }\n');
  children = [];
  members = [];
});

afterEach(async () => {
  for (const member of members) await member.stop();
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface RouterProcess {
  child: ChildProcess;
  /** Resolves when it has logged a line with this text. */
  logged(text: string): Promise<string>;
}

function startRouter(...flags: string[]): RouterProcess {
  const args = ['--run-dir', folder, '--secret-dir', join(folder, 'secrets'), ...flags];
  const child = spawn(process.execPath, [program, ...args, '--', '-c', 'server.conf'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let log = '';
  const waiting = new Set<() => void>();
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    log += text;
    for (const look of waiting) look();
  });
  return {
    child,
    logged: (text) =>
      new Promise((resolve) => {
        const look = () => {
          if (!log.includes(text)) return;
          waiting.delete(look);
          resolve(log);
        };
        waiting.add(look);
        look();
      }),
  };
}

function newGateway(instance: number, handlers: MemberHandlers): Member {
  const member = createMember({
    component: 'gateway',
    instance,
    version: '0',
    pid: process.pid,
    address: join(folder, `gateway-${instance}.sock`),
    routerAddress: join(folder, 'router.sock'),
    token: Buffer.from('geheim'),
    runtime: systemRuntime(),
    transport: unixTransport(),
    wantsInterest: true,
    handlers,
  });
  members.push(member);
  return member;
}

const exitCode = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.on('exit', (code) => resolve(code)));

describe('the router as a process', () => {
  test('registers gateways in whatever order all start, and comes back after SIGKILL with everything it knew', async () => {
    const registered: number[] = [];
    const listening = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const again = Promise.withResolvers<void>();
    const gateways = listening.map(({ resolve }, instance) =>
      newGateway(instance, {
        listen: resolve,
        registered: ({ epoch }) => {
          registered.push(epoch);
          if (registered.length === 4) again.resolve();
        },
      }),
    );
    // The router is not there yet.
    const starts = gateways.map((gateway) => gateway.start());
    const first = startRouter();
    const registrations = await Promise.all(starts);
    await Promise.all(listening.map(({ promise }) => promise));
    expect(registrations[0].identity.serverId).toMatch(/^N[A-Z2-7]{55}$/);
    expect(registrations[0].configuration).toMatchObject({ maxPayloadBytes: 1000, authRequired: true });
    expect(JSON.stringify(registrations)).not.toContain('hunter2');

    first.child.kill('SIGKILL');
    await exitCode(first.child);
    startRouter();
    await again.promise;
    expect(registered).toEqual([1, 1, 2, 2]);
    expect(gateways.map((gateway) => gateway.id).sort()).toEqual([1, 2]);
    expect(gateways[0].links.size).toBe(1);
  });

  test('reloads what can be reloaded, refuses the rest as a whole', async () => {
    const router = startRouter();
    const committed: ServerOptions[] = [];
    const gateway = newGateway(0, { commit: (configuration) => committed.push(configuration as ServerOptions) });
    await gateway.start();

    writeFileSync(join(folder, 'server.conf'), 'max_payload: 2000\n');
    router.child.kill('SIGHUP');
    await router.logged('Reloaded server configuration');
    await router.logged('Reloaded: max_payload = 2000');
    expect(committed.map(({ maxPayloadBytes }) => maxPayloadBytes)).toEqual([2000]);

    writeFileSync(join(folder, 'server.conf'), 'max_payload: 3000\nmax_pending: 5MB\n');
    router.child.kill('SIGHUP');
    await router.logged('Failed to reload server configuration: config reload not supported for MaxPending');
    writeFileSync(join(folder, 'server.conf'), 'max_payload: {\n');
    router.child.kill('SIGHUP');
    await router.logged('Failed to reload server configuration: Parse error');
    expect(committed.length).toBe(1);
  });

  test('answers its health check, stops on SIGTERM with 0', async () => {
    const { child } = startRouter();
    await newGateway(0, {}).start();
    const check = () => exitCode(spawn(process.execPath, [program, 'healthcheck', '--run-dir', folder]));
    expect(await check()).toBe(0);
    const exited = exitCode(child);
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(await check()).toBe(1);
  });

  test('serves its own metrics where it is told to', async () => {
    const log = await startRouter('--metrics_port', '0').logged('Serving metrics');
    const port = /metrics of router on port (\d+)/.exec(log)?.[1];
    const families = parseExposition(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
    const names = families.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['skein_up', 'skein_router_settle_seconds']));
  });
});
